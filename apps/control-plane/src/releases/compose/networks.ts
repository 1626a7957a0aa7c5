import type { NetworkSpec, ServiceSpecInput, VolumeSpec } from '@flotilla/contracts'
import type { Field } from './field.js'
import { isDefined, textList, textMap } from './lists.js'

type Attachments = NonNullable<ServiceSpecInput['networks']>

const EXTERNAL = 'what Flotilla did not create it does not touch; leave it out and it is created on each board'
const NAMED = 'names on the board are given by Flotilla; leave it out'

/** A service's networks: a list of names, or a mapping with settings. */
export function readAttachments(field: Field): Attachments {
  if (field.kind === 'list') return Object.fromEntries(textList(field).map((name) => [name, {}]))
  return Object.fromEntries(
    field.entries('a list or a mapping of networks').map(([name, value]) => [name, attachment(value)]),
  )
}

function attachment(field: Field): Attachments[string] {
  const found: Attachments[string] = {}
  if (field.kind === 'null') return found
  field.members(
    {
      aliases: (value) => (found.aliases = textList(value)),
      ipv4_address: (value) => (found.ipv4Address = value.text('an address')),
    },
    {
      ipv6_address: 'addresses of IPv6 are given by the engine; leave it out',
      priority: 'networks are joined in the order of the file; leave it out',
      mac_address: 'the engine gives it; leave it out',
    },
  )
  return found
}

/** The file's own networks. */
export function readNetwork(field: Field): Partial<NetworkSpec> {
  const network: Partial<NetworkSpec> = {}
  if (field.kind === 'null') return network
  field.members(
    {
      driver: (value) => (network.driver = value.text()),
      driver_opts: (value) => (network.driverOpts = textMap(value, { use: '' })),
      labels: (value) => (network.labels = textMap(value, { use: '' })),
      internal: (value) => (network.internal = value.boolean()),
      enable_ipv6: (value) => (network.enableIpv6 = value.boolean()),
      ipam: (value) => (network.ipam = addressing(value)),
      attachable: () => undefined,
    },
    { external: EXTERNAL, name: NAMED, enable_ipv4: 'it is always on; leave it out' },
  )
  return network
}

function addressing(field: Field): NonNullable<NetworkSpec['ipam']> {
  const ipam: NonNullable<NetworkSpec['ipam']> = { config: [] }
  field.members({
    driver: (value) => (ipam.driver = value.text()),
    config: (value) => (ipam.config = value.items().map(subnet).filter(isDefined)),
  })
  return ipam
}

function subnet(field: Field): NonNullable<NetworkSpec['ipam']>['config'][number] | undefined {
  const found: { subnet?: string; gateway?: string; ipRange?: string } = {}
  field.members({
    subnet: (value) => (found.subnet = value.text('a subnet like 172.28.0.0/16')),
    gateway: (value) => (found.gateway = value.text('an address')),
    ip_range: (value) => (found.ipRange = value.text('a range like 172.28.5.0/24')),
  })
  if (found.subnet === undefined) return field.refuse('needs a subnet like 172.28.0.0/16')
  return { ...found, subnet: found.subnet }
}

// Other tools may read the file too, and labels of volumes are not everybody's to choose.
const SNAPSHOT_LABEL = 'io.flotilla.snapshot'

/** The file's own volumes. */
export function readVolume(field: Field): Partial<VolumeSpec> {
  const volume: Partial<VolumeSpec> = {}
  const said: { isCopied?: boolean } = {}
  if (field.kind === 'null') return volume
  field.members(
    {
      driver: (value) => (volume.driver = value.text()),
      driver_opts: (value) => (volume.driverOpts = textMap(value, { use: '' })),
      labels: (value) => (volume.labels = textMap(value, { use: '' })),
      'x-flotilla-snapshot': (value) => (said.isCopied = value.boolean()),
    },
    { external: EXTERNAL, name: NAMED },
  )
  if (said.isCopied !== undefined) volume.labels = { ...volume.labels, [SNAPSHOT_LABEL]: `${said.isCopied}` }
  return volume
}
