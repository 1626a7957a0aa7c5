import type { ServiceSpecInput } from '@flotilla/contracts'
import type { Field } from './field.js'
import { isDefined, textList } from './lists.js'
import { parseBytes } from './quantities.js'

type Mount = NonNullable<ServiceSpecInput['volumes']>[number]

const TARGET = 'a folder in the container, beginning with /'
const HOST_FOLDER =
  'folders of the board cannot be mounted; use a named volume ("data:/data") for what must last, and COPY in the ' +
  'Dockerfile for files of the project'
const HOST_DEVICE = 'devices of the board are given with devices: ["/dev/…"]'
const SHORT = 'a volume like "data:/data", "data:/data:ro" or "/scratch"'

export function readMounts(field: Field): Mount[] {
  const mounts = field
    .items('a list of volumes')
    .map((item) => (item.kind === 'map' ? longMount(item) : shortMount(item)))
  return mounts.filter(isDefined)
}

/** tmpfs: one path or several, each perhaps with `:options`. */
export function readTmpfs(field: Field): Record<string, string> {
  const found = textList(field, { alsoOne: true, each: TARGET }).map((text): [string, string] => {
    const at = text.indexOf(':')
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
  })
  for (const [path] of found) if (!path.startsWith('/')) field.refuse(`takes ${TARGET}`)
  return Object.fromEntries(found)
}

function shortMount(field: Field): Mount | undefined {
  const text = field.text(SHORT)
  if (text === undefined) return undefined
  const parts = text.split(':')
  const [first = '', second, modes] = parts
  if (second === undefined) {
    return first.startsWith('/') ? { type: 'volume', target: first } : field.refuse(`takes ${SHORT}`)
  }
  if (/^[./~]|^[A-Za-z]:?\\/.test(first)) return field.refuse(first.startsWith('/dev/') ? HOST_DEVICE : HOST_FOLDER)
  if (parts.length > 3 || !second.startsWith('/') || first === '') return field.refuse(`takes ${SHORT}`)
  const readOnly = mountModes(field, modes)
  return readOnly === undefined ? undefined : { type: 'volume', source: first, target: second, readOnly }
}

/** Whether `ro` is among the modes; undefined where one of them is not for named volumes. */
function mountModes(field: Field, modes: string | undefined): boolean | undefined {
  const each = modes === undefined ? [] : modes.split(',')
  // z and Z relabel for SELinux, which does nothing where there is none.
  const unknown = each.find((mode) => !['ro', 'rw', 'z', 'Z'].includes(mode))
  if (unknown !== undefined) return field.refuse(`has the mode ${unknown}, which is not supported; use ro or rw`)
  return each.includes('ro')
}

function longMount(field: Field): Mount | undefined {
  const type = Object.fromEntries(field.entries()).type?.text()
  switch (type) {
    case 'volume':
      return volumeMount(field)
    case 'tmpfs':
      return tmpfsMount(field)
    case 'bind':
      return field.refuse(HOST_FOLDER)
    case undefined:
      return field.refuse('needs a type: volume or tmpfs')
    default:
      return field.refuse(`is of the type ${type}, which is not supported; use volume or tmpfs`)
  }
}

const INSTEAD = {
  bind: HOST_FOLDER,
  consistency: 'it has no meaning on Linux; leave it out',
  volume: 'nocopy and subpath are not supported; leave them out',
  image: 'COPY --from=… the image in the Dockerfile',
}

function volumeMount(field: Field): Mount | undefined {
  const mount: { source?: string; target?: string; readOnly?: boolean } = {}
  field.members(
    {
      type: () => undefined,
      source: (value) => (mount.source = value.text('the name of a volume')),
      target: (value) => (mount.target = containerPath(value)),
      read_only: (value) => (mount.readOnly = value.boolean()),
    },
    INSTEAD,
  )
  if (mount.source !== undefined && /^[./~]/.test(mount.source)) return field.refuse(HOST_FOLDER)
  if (mount.target === undefined) return field.refuse(`needs a target, ${TARGET}`)
  return { type: 'volume', ...mount, target: mount.target }
}

function tmpfsMount(field: Field): Mount | undefined {
  const mount: { target?: string; sizeBytes?: number; mode?: number } = {}
  const readTmpfsOptions = (options: Field) =>
    options.members({
      size: (value) => (mount.sizeBytes = value.parsed(parseBytes, 'a size like 64m') || undefined),
      // YAML 1.2 reads 0o1777 as octal and 1777 as decimal; modes are octal to everybody.
      mode: (value) => (mount.mode = value.parsed(parseMode, 'an octal mode like 1777')),
    })
  field.members(
    {
      type: () => undefined,
      target: (value) => (mount.target = containerPath(value)),
      tmpfs: readTmpfsOptions,
    },
    { ...INSTEAD, source: 'memory has no source; leave it out', read_only: 'an empty read-only folder is of no use' },
  )
  if (mount.target === undefined) return field.refuse(`needs a target, ${TARGET}`)
  return { type: 'tmpfs', ...mount, target: mount.target }
}

function parseMode(text: string): number | undefined {
  const [, digits] = /^(?:0o?)?([0-7]{3,4})$/.exec(text) ?? []
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

function containerPath(field: Field): string | undefined {
  return field.parsed((text) => (text.startsWith('/') ? text : undefined), TARGET)
}
