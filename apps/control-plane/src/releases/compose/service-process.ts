import { isIP } from 'node:net'
import type { ServiceSpecInput } from '@flotilla/contracts'
import type { Field } from './field.js'
import { commandWords, isDefined, splitOnce, textList, textMap } from './lists.js'
import type { SpecReaders } from './spec-readers.js'

type Device = NonNullable<ServiceSpecInput['devices']>[number]

/** The process in the container and what it sees of itself. */
export const processReaders: SpecReaders = (spec) => ({
  command: (value) => (spec.command = commandWords(value)),
  entrypoint: (value) => (spec.entrypoint = commandWords(value)),
  user: (value) => (spec.user = value.text('a user like "1000:1000"')),
  group_add: (value) => (spec.groupAdd = textList(value)),
  working_dir: (value) => (spec.workingDir = value.parsed(absolute, 'a folder in the container, beginning with /')),
  hostname: (value) => (spec.hostname = value.parsed(hostName, 'a name of letters, digits, hyphens and dots')),
  domainname: (value) => (spec.domainname = value.text('a name')),
  init: (value) => (spec.init = value.boolean()),
  tty: (value) => (spec.tty = value.boolean()),
  read_only: (value) => (spec.readOnly = value.boolean()),
  logging: (value) => (spec.logging = readLogging(value)),
})

/** What the container gets of the board around it. */
export const boardReaders: SpecReaders = (spec) => ({
  privileged: (value) => (spec.privileged = value.boolean()),
  cap_add: (value) => (spec.capAdd = textList(value)),
  cap_drop: (value) => (spec.capDrop = textList(value)),
  security_opt: (value) => (spec.securityOpt = textList(value)),
  devices: (value) => (spec.devices = value.items('a list of devices').map(readDevice).filter(isDefined)),
  network_mode: (value) => (spec.networkMode = mode(value, ['host', 'none', 'bridge'])),
  ipc: (value) => (spec.ipc = mode(value, ['none', 'private', 'shareable', 'host'])),
  pid: (value) => (spec.pid = mode(value, ['host'])),
  extra_hosts: (value) => (spec.extraHosts = readExtraHosts(value)),
  dns: (value) => (spec.dns = nameServers(value)),
  dns_search: (value) => (spec.dnsSearch = textList(value, { alsoOne: true })),
  dns_opt: (value) => (spec.dnsOpt = textList(value)),
})

// The engine looks at these only when it makes the container: on the board, where the release is given up for it.
const absolute = (path: string) => (path.startsWith('/') ? path : undefined)
const hostName = (name: string) => (/^[a-zA-Z0-9][\w.-]{0,63}$/.test(name) ? name : undefined)

function nameServers(field: Field): string[] {
  const address = (item: Field) => item.parsed((text) => (isIP(text) ? text : undefined), 'an IP address')
  const servers = field.kind === 'scalar' ? [field] : field.items('an IP address or a list of them')
  return servers.map(address).filter(isDefined)
}

/** Whose namespace a container uses: one of `own`, or `service:<name>`. Services are looked up later. */
function mode(field: Field, own: readonly string[]): string | undefined {
  const expected = `${own.join(', ')} or service:<name>`
  const fits = (text: string) => (own.includes(text) || /^service:[^:]+$/.test(text) ? text : undefined)
  return field.parsed(fits, expected)
}

function readDevice(field: Field): Device | undefined {
  const device = field.kind === 'map' ? longDevice(field) : shortDevice(field.text('a device like "/dev/i2c-1"') ?? '')
  if (device?.host.startsWith('/dev/') && device.container.startsWith('/') && /^[rwm]{1,3}$/.test(device.permissions)) {
    return device
  }
  return field.refuse('takes a device like "/dev/i2c-1" or "/dev/ttyUSB0:/dev/gps:rw"')
}

function shortDevice(text: string): Device | undefined {
  const [host = '', container = host, permissions = 'rwm', ...more] = text.split(':')
  return more.length > 0 ? undefined : { host, container, permissions }
}

function longDevice(field: Field): Device | undefined {
  const found: { source?: string; target?: string; permissions?: string } = {}
  field.members({
    source: (value) => (found.source = value.text()),
    target: (value) => (found.target = value.text()),
    permissions: (value) => (found.permissions = value.text()),
  })
  const { source, target = source, permissions = 'rwm' } = found
  return source === undefined || target === undefined ? undefined : { host: source, container: target, permissions }
}

/** `host:address` (or `host=address`) lists and mappings, as `host:address`. */
function readExtraHosts(field: Field): string[] {
  if (field.kind !== 'list') {
    const hosts = field.entries('a list of "host:address" or a mapping')
    return hosts.flatMap(([host, value]) =>
      textList(value, { alsoOne: true, each: 'an address' }).map((address) => `${host}:${address}`),
    )
  }
  return field
    .items()
    .map((item) => {
      const text = item.text('"host:address"') ?? ''
      const [host, address] = splitOnce(text, text.includes('=') ? '=' : ':')
      return host !== '' && address ? `${host}:${address}` : item.refuse('takes "host:address"')
    })
    .filter(isDefined)
}

function readLogging(field: Field): ServiceSpecInput['logging'] {
  const logging: NonNullable<ServiceSpecInput['logging']> = {}
  field.members({
    driver: (value) => (logging.driver = value.text()),
    options: (value) => (logging.options = textMap(value, { refuse: (name) => `${name} needs a value` })),
  })
  return logging
}
