import type { ServiceSpecInput } from '@flotilla/contracts'
import type { Field } from './field.js'
import { parsePortRange } from './quantities.js'

type Port = NonNullable<ServiceSpecInput['ports']>[number]
type Protocol = Port['protocol']

const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const
const SHORT = 'a port like "8080:80", "127.0.0.1:8080:80/udp" or "3000-3005"'

/** Both syntaxes; ranges become single ports. */
export function readPorts(field: Field): Port[] {
  return field.items('a list of ports').flatMap((item) => (item.kind === 'map' ? longPort(item) : shortPort(item)))
}

/** `80`, `53/udp`, `3000-3002` → one text per port. */
export function readExpose(field: Field): string[] {
  return field.items('a list of ports').flatMap((item) => {
    const text = item.text('a port') ?? ''
    const [, range = '', protocol] = /^([\d-]+)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? []
    const ports = parsePortRange(range)
    if (!ports) return item.refuse('takes a port like "80", "53/udp" or "3000-3005"') ?? []
    return count(ports).map((port) => (protocol === undefined ? String(port) : `${port}/${protocol}`))
  })
}

function shortPort(field: Field): Port[] {
  const text = field.text(SHORT)
  if (text === undefined) return []
  const shape = /^(?:(?:\[([0-9a-fA-F:.]+)\]|(\d+\.\d+\.\d+\.\d+)):)?(?:([\d-]*):)?([\d-]+)(?:\/(tcp|udp|sctp))?$/
  const [, ipv6, ipv4, published, target = '', protocol] = shape.exec(text) ?? []
  const hostIp = ipv6 ?? ipv4
  return pair(field, target, published === '' ? undefined : published).map((port) => ({
    ...port,
    ...(protocol !== undefined && { protocol: protocol as Protocol }),
    ...(hostIp !== undefined && { hostIp }),
  }))
}

function longPort(field: Field): Port[] {
  let target: string | undefined
  let published: string | undefined
  const more: Partial<Port> = {}
  const noOrchestrator = 'there is no swarm; leave it out'
  field.members(
    {
      target: (value) => (target = value.text('a port')),
      published: (value) => (published = value.text('a port')),
      protocol: (value) => (more.protocol = value.words(PROTOCOLS) as Protocol),
      host_ip: (value) => (more.hostIp = value.text('an address')),
      // Only names for people.
      name: () => undefined,
      app_protocol: () => undefined,
      mode: (value) => (value.text() === 'host' ? undefined : value.refuse(`takes host: ${noOrchestrator}`)),
    },
    {},
  )
  if (target === undefined) return field.refuse('needs a target, the port inside the container') ?? []
  return pair(field, target, published).map((port) => ({ ...port, ...more }))
}

/** Ports of the host and the container one by one; two ranges must be of one length. */
function pair(field: Field, target: string, published: string | undefined): Port[] {
  const inside = parsePortRange(target)
  const outside = published === undefined ? undefined : parsePortRange(published)
  if (!inside || (published !== undefined && !outside)) return field.refuse(`takes ${SHORT}`) ?? []
  if (!outside) return count(inside).map((port) => ({ target: port }))
  if (outside[1] - outside[0] !== inside[1] - inside[0]) {
    return field.refuse('has two ranges of different length; give as many ports of the host as of the container') ?? []
  }
  return count(inside).map((port, index) => ({ target: port, published: outside[0] + index }))
}

function count([first, last]: [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
