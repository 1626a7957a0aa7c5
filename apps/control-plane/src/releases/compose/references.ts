import type { ServiceSection } from './service-section.js'

/** Checks what services say of each other, of volumes and of networks; problems go to the fields that say so. */
export function checkReferences(
  services: ReadonlyMap<string, ServiceSection>,
  volumes: ReadonlySet<string>,
  networks: ReadonlySet<string>,
): void {
  for (const service of services.values()) {
    checkServices(service, services)
    checkVolumes(service, volumes)
    checkNetworks(service, networks)
  }
  for (const cycle of findCycles(services)) {
    const first = services.get(cycle[0] ?? '')
    place(first, 'depends_on', 'network_mode', 'ipc', 'pid')?.refuse(
      `services wait for each other in a ring: ${[...cycle, cycle[0]].join(' → ')}; remove one of the steps`,
    )
  }
}

function checkServices(service: ServiceSection, services: ReadonlyMap<string, ServiceSection>): void {
  const { spec } = service
  const names = [...services.keys()].join(', ')
  for (const [name, { required }] of Object.entries(spec.dependsOn ?? {})) {
    if (!services.has(name) && required !== false) {
      place(service, 'depends_on')?.refuse(`there is no service ${name}; there are ${names}`)
    }
  }
  for (const [member, mode] of namespaces(service)) {
    const name = serviceOf(mode)
    if (name === service.name) place(service, member)?.refuse('a service cannot share with itself')
    else if (name !== undefined && !services.has(name)) {
      place(service, member)?.refuse(`there is no service ${name}; there are ${names}`)
    }
  }
}

function checkVolumes(service: ServiceSection, volumes: ReadonlySet<string>): void {
  for (const mount of service.spec.volumes ?? []) {
    if (mount.type !== 'volume' || mount.source === undefined || volumes.has(mount.source)) continue
    place(service, 'volumes')?.refuse(
      `the volume ${mount.source} is not declared; add it at the end of the file: volumes: { ${mount.source}: {} }`,
    )
  }
}

function checkNetworks(service: ServiceSection, networks: ReadonlySet<string>): void {
  const { spec } = service
  const joined = Object.keys(spec.networks ?? {})
  for (const name of joined) {
    if (networks.has(name)) continue
    place(service, 'networks')?.refuse(
      `the network ${name} is not declared; add it at the end of the file: networks: { ${name}: {} }`,
    )
  }
  if (spec.networkMode === undefined) return
  if (joined.length > 0) place(service, 'network_mode')?.refuse('cannot be together with networks; keep one of them')
  if ((spec.ports ?? []).length > 0 && spec.networkMode !== 'bridge') {
    place(service, 'ports')?.refuse(
      spec.networkMode === 'host'
        ? 'network_mode host opens every port by itself; leave ports out'
        : `cannot be together with network_mode ${spec.networkMode}; give the ports to the service that has the network`,
    )
  }
}

/** Each ring of services that wait for each other, once. */
function findCycles(services: ReadonlyMap<string, ServiceSection>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const visit = (name: string, trail: string[]) => {
    const at = trail.indexOf(name)
    if (at >= 0) cycles.push(trail.slice(at))
    if (at >= 0 || done.has(name)) return
    for (const next of waitsFor(services.get(name))) visit(next, [...trail, name])
    done.add(name)
  }
  for (const name of services.keys()) visit(name, [])
  return cycles
}

function waitsFor(service: ServiceSection | undefined): Set<string> {
  if (!service) return new Set()
  const shared = namespaces(service).map(([, mode]) => serviceOf(mode))
  const names = [...Object.keys(service.spec.dependsOn ?? {}), ...shared.filter((name) => name !== service.name)]
  return new Set(names.filter((name) => name !== undefined))
}

function namespaces({ spec }: ServiceSection): [string, string | undefined][] {
  return [
    ['network_mode', spec.networkMode],
    ['ipc', spec.ipc],
    ['pid', spec.pid],
  ]
}

function serviceOf(mode: string | undefined): string | undefined {
  return mode?.startsWith('service:') ? mode.slice('service:'.length) : undefined
}

/** The first of the members that the service has, to point at. */
function place(service: ServiceSection | undefined, ...members: string[]) {
  const found = members.map((member) => service?.members.get(member)).find((field) => field !== undefined)
  return found ?? service?.field
}
