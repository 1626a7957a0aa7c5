import { posix } from 'node:path'
import type { Field } from './field.js'
import { INSTEAD_IN_BUILD } from './instead.js'
import { textMap } from './lists.js'

/** How a service's image is built. */
export interface BuildSection {
  // A folder of the tree, '.' for its root.
  context: string
  // Inside the context. Absent: Dockerfile.<platform>, else Dockerfile.
  dockerfile?: string
  target?: string
  args: Record<string, string>
  // Where the file says so, for problems that are found later.
  line: number
}

const OUTSIDE = 'leads out of the repository; builds see only what was pushed'

export function readBuild(field: Field): BuildSection {
  const build: BuildSection = { context: '.', args: {}, line: field.line }
  if (field.kind === 'scalar') {
    build.context = readContext(field) ?? '.'
    return build
  }
  field.members(
    {
      context: (value) => (build.context = readContext(value) ?? '.'),
      dockerfile: (value) => (build.dockerfile = readDockerfile(value)),
      target: (value) => (build.target = value.text('the name of a stage')),
      args: (value) => (build.args = textMap(value, { refuse: describeBareArg })),
    },
    INSTEAD_IN_BUILD,
  )
  return build
}

function readContext(field: Field): string | undefined {
  const text = field.text('a folder of the repository')
  if (text === undefined) return undefined
  if (/^(?:[a-z]+:\/\/|git@|github\.com\/)/.test(text)) {
    return field.refuse('takes a folder of the repository; contexts from elsewhere are not fetched')
  }
  return insideTree(text) ?? field.refuse(OUTSIDE)
}

function readDockerfile(field: Field): string | undefined {
  const text = field.text('a file of the context')
  if (text === undefined) return undefined
  return insideTree(text) ?? field.refuse('leads out of the build context; move the file into it')
}

/** The path without detours, or undefined where it leaves the folder it starts in. */
export function insideTree(path: string): string | undefined {
  if (path.startsWith('/') || path.startsWith('~') || path.includes('\0')) return undefined
  const plain = posix.normalize(path === '' ? '.' : path).replace(/\/$/, '')
  return plain === '..' || plain.startsWith('../') ? undefined : plain
}

function describeBareArg(name: string): string {
  return `${name} has no value here; write ${name}=value, or remove it and give ARG ${name} a default in the Dockerfile`
}
