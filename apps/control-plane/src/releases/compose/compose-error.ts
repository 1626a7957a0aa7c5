/** One thing in a project that cannot be, with its place and what to do about it. */
export interface ProjectProblem {
  file: string
  // Absent: the whole file.
  line?: number
  // services.web.ports[0]; absent: the whole file.
  path?: string
  message: string
}

/** Every problem of a project at once: whoever mends it should not have to push once for each. */
export class ProjectError extends Error {
  constructor(readonly problems: readonly ProjectProblem[]) {
    super(problems.map(describeProblem).join('\n'))
  }
}

/** docker-compose.yml:12: services.web.links: not supported; … */
export function describeProblem({ file, line, path, message }: ProjectProblem): string {
  return [line === undefined ? file : `${file}:${line}`, path, message].filter((part) => part !== undefined).join(': ')
}
