import { type ComposeSpec, ComposeSpecSchema, ServiceNameSchema } from '@flotilla/contracts'
import { ProjectError, type ProjectProblem } from './compose-error.js'
import { Field } from './field.js'
import { INSTEAD_IN_FILE } from './instead.js'
import { type Located, parseLocated, YamlProblem } from './located.js'
import { readNetwork, readVolume } from './networks.js'
import { checkReferences } from './references.js'
import { readService, type ServiceSection } from './service-section.js'

type Problems = Omit<ProjectProblem, 'file'>[]

export interface ComposeFile {
  compose: ComposeSpec
  // How each service's image comes about, in the order of the file.
  services: Pick<ServiceSection, 'name' | 'build' | 'image'>[]
}

const MAX_BYTES = 1024 * 1024

/**
 * Reads a compose file into its normalised form. Throws ProjectError, with every problem of the file, for whatever is
 * not compose or not in Flotilla's subset of it; it throws nothing else, whatever the text.
 */
export function readComposeFile(text: string, file: string): ComposeFile {
  const problems: Problems = []
  const result = read(text, problems)
  if (problems.length === 0 && result) return result
  throw new ProjectError(problems.map((problem) => ({ file, ...problem })).sort(byLine))
}

function read(text: string, problems: Problems): ComposeFile | undefined {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    problems.push({ message: 'is larger than 1 MiB; a compose file is not' })
    return undefined
  }
  const root = parse(text, problems)
  if (!root) return undefined
  if (root.kind !== 'map') {
    problems.push({ line: root.line, message: 'is not a compose file: it has no mapping with `services:` at its top' })
    return undefined
  }
  return readRoot(new Field('', root.line, root, problems), problems)
}

function parse(text: string, problems: Problems): Located | undefined {
  try {
    return parseLocated(text)
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error
    problems.push(...error.problems)
    return undefined
  }
}

function readRoot(root: Field, problems: Problems): ComposeFile | undefined {
  const services = new Map<string, ServiceSection>()
  const volumes: Record<string, ReturnType<typeof readVolume>> = {}
  const networks: Record<string, ReturnType<typeof readNetwork>> = {}
  root.members(
    {
      services: (field) => {
        for (const [name, value] of field.entries('a mapping of services')) {
          const service = isName(name, value) ? readService(name, value) : undefined
          if (service) services.set(name, service)
        }
      },
      volumes: (field) => {
        for (const [name, value] of field.entries()) if (isName(name, value)) volumes[name] = readVolume(value)
      },
      networks: (field) => {
        for (const [name, value] of field.entries()) if (isName(name, value)) networks[name] = readNetwork(value)
      },
      // Compose ignores the one, and Flotilla names things after the fleet.
      version: () => undefined,
      name: () => undefined,
    },
    INSTEAD_IN_FILE,
  )
  if (services.size === 0) {
    if (problems.length === 0)
      problems.push({ line: root.line, message: 'has no services; describe at least one under `services:`' })
    return undefined
  }
  checkReferences(services, new Set(Object.keys(volumes)), new Set(['default', ...Object.keys(networks)]))
  giveRestartDefaults(services)
  const compose = normalise({ services, volumes, networks }, problems)
  return (
    compose && { compose, services: [...services.values()].map(({ name, build, image }) => ({ name, build, image })) }
  )
}

function isName(name: string, field: Field): boolean {
  const { success } = ServiceNameSchema.safeParse(name)
  // A record with this key would lose it.
  if (success && name !== '__proto__') return true
  field.refuse('is not a name; use letters, digits, dots, underscores and hyphens, at most 63')
  return false
}

/** A service that others wait for until it is done is a job; see docs/adr/0005-restart-default.md. */
function giveRestartDefaults(services: ReadonlyMap<string, ServiceSection>): void {
  for (const { spec } of services.values()) {
    for (const [name, { condition }] of Object.entries(spec.dependsOn ?? {})) {
      const job = condition === 'service_completed_successfully' ? services.get(name) : undefined
      if (job) job.spec.restart ??= { name: 'no' }
    }
  }
}

function normalise(
  parts: { services: ReadonlyMap<string, ServiceSection>; volumes: object; networks: object },
  problems: Problems,
): ComposeSpec | undefined {
  const specs = Object.fromEntries([...parts.services].map(([name, { spec }]) => [name, spec]))
  const result = ComposeSpecSchema.safeParse({ ...parts, services: specs })
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const path = issue.path.map(String)
    const line = path[0] === 'services' ? parts.services.get(path[1] ?? '')?.field.line : undefined
    // Where a member was refused already, its absence is no news.
    if (problems.length === 0) problems.push({ line, path: path.join('.'), message: issue.message })
  }
  return undefined
}

function byLine(a: ProjectProblem, b: ProjectProblem): number {
  return (a.line ?? 0) - (b.line ?? 0)
}
