import { posix } from 'node:path'
import { type ComposeSpec, ComposeSpecSchema, type Platform } from '@flotilla/contracts'
import type { BuildSection } from './build-section.js'
import { ProjectError, type ProjectProblem } from './compose-error.js'
import { type ComposeFile, readComposeFile } from './compose-file.js'
import { findDockerfile, hasDockerfile, isFile } from './dockerfiles.js'
import { escapingLinks, follow, kindAt, type SourceTree } from './source-tree.js'

/** How one image of a release comes about: built from a folder of the tree, or taken as it is. */
export type ImageSource =
  | { service: string; platform: Platform; build: Omit<BuildSection, 'line' | 'dockerfile'> & { dockerfile: string } }
  | { service: string; platform: Platform; image: string }

export interface Project {
  // Where it was read from: docker-compose.yml, or Dockerfile.
  file: string
  compose: ComposeSpec
  images: ImageSource[]
}

const COMPOSE_FILES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yaml', 'compose.yml']
/** The service of a project that has only a Dockerfile. */
const ONLY_SERVICE = 'main'

/**
 * Finds out what a commit is to become: by its compose file, else by its Dockerfile. Throws ProjectError for what can
 * not be built, before anything is.
 */
export async function readProject(tree: SourceTree, platforms: readonly Platform[]): Promise<Project> {
  const links = escapingLinks(tree)
  if (links.length > 0) {
    throw new ProjectError(
      links.slice(0, 20).map(({ path, target }) => ({
        file: path,
        message: `is a link out of the repository (${target}); put what it points to into the repository`,
      })),
    )
  }
  const file = COMPOSE_FILES.find((name) => isFile(tree, name))
  const { compose, services } =
    file === undefined
      ? withoutCompose(tree)
      : readComposeFile((await tree.read(follow(tree, file) ?? file)) ?? '', file)
  const problems: ProjectProblem[] = []
  const images = services.flatMap((service) =>
    platforms.map((platform) => imageSource({ tree, file, problems }, service, platform)),
  )
  if (problems.length > 0) throw new ProjectError(unique(problems))
  return { file: file ?? 'Dockerfile', compose, images: images.filter((image) => image !== undefined) }
}

function withoutCompose(tree: SourceTree): ComposeFile {
  if (hasDockerfile(tree, '.')) {
    const compose = ComposeSpecSchema.parse({ services: { [ONLY_SERVICE]: {} } })
    return { compose, services: [{ name: ONLY_SERVICE, build: { context: '.', args: {}, line: 1 } }] }
  }
  const message = isFile(tree, 'Dockerfile.template')
    ? 'is not supported; rename it to Dockerfile, and use `ARG TARGETARCH` where it has %%BALENA_ARCH%%'
    : 'is not there; add one at the root of the repository, or a docker-compose.yml that says what to build'
  throw new ProjectError([
    { file: isFile(tree, 'Dockerfile.template') ? 'Dockerfile.template' : 'Dockerfile', message },
  ])
}

interface Place {
  tree: SourceTree
  // The compose file, where there is one.
  file: string | undefined
  problems: ProjectProblem[]
}

function imageSource(
  { tree, file: composeFile, problems }: Place,
  service: ComposeFile['services'][number],
  platform: Platform,
): ImageSource | undefined {
  const { name, build, image } = service
  if (!build) return { service: name, platform, image: image ?? '' }
  const refuse = (member: string, message: string) => {
    const place =
      composeFile === undefined
        ? { file: 'Dockerfile' }
        : { file: composeFile, line: build.line, path: `services.${name}.build${member}` }
    problems.push({ ...place, message })
    return undefined
  }
  if (kindAt(tree, build.context) !== 'folder') {
    return refuse(
      '.context',
      `there is no folder ${build.context} in the repository${describeSubmodule(tree, build.context)}`,
    )
  }
  const { target, args } = build
  // Where links lead: a build sees its context alone.
  const context = follow(tree, build.context) ?? build.context
  const named = build.dockerfile ?? findDockerfile(tree, context, platform)
  if (named === undefined) {
    return refuse('', `there is no Dockerfile for ${platform} in ${context}; add ${posix.join(context, 'Dockerfile')}`)
  }
  const file = posix.join(context, named)
  if (!isFile(tree, file)) return refuse('.dockerfile', `there is no file ${file} in the repository`)
  const dockerfile = posix.relative(context, follow(tree, file) ?? file)
  if (dockerfile.startsWith('../')) return refuse('.dockerfile', `${file} is a link out of the build context`)
  return { service: name, platform, build: { context, dockerfile, args, ...(target !== undefined && { target }) } }
}

function describeSubmodule(tree: SourceTree, path: string): string {
  return kindAt(tree, path) === 'submodule' ? ': it is a submodule, whose files are not pushed; vendor them' : ''
}

/** One place is refused once, whatever the number of platforms. */
function unique(problems: ProjectProblem[]): ProjectProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}
