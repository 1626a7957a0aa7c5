import type { ServiceSpec } from '@flotilla/contracts'

/** What a person wants to know of a service at a glance, as short phrases. */
export function serviceSummary(spec: ServiceSpec): string[] {
  return [
    ...spec.ports.map(port),
    ...spec.volumes.map((mount) => (mount.type === 'tmpfs' ? `tmpfs ${mount.target}` : volume(mount))),
    ...Object.entries(spec.dependsOn).map(([name, { condition }]) => `after ${name}${CONDITIONS[condition]}`),
    ...(spec.healthcheck?.test && spec.healthcheck.test[0] !== 'NONE' ? ['health check'] : []),
    ...(spec.privileged ? ['privileged'] : []),
    ...(spec.networkMode ? [`network ${spec.networkMode}`] : []),
    ...spec.devices.map(({ host }) => `device ${host}`),
    ...(spec.restart.name === 'always' ? [] : [`restart ${spec.restart.name}`]),
  ]
}

const CONDITIONS = {
  service_started: '',
  service_healthy: ' is healthy',
  service_completed_successfully: ' has finished',
}

function port({ target, published, protocol, hostIp }: ServiceSpec['ports'][number]): string {
  const host = [hostIp, published].filter((part) => part !== undefined).join(':')
  return `port ${host === '' ? '' : `${host} → `}${target}${protocol === 'tcp' ? '' : `/${protocol}`}`
}

function volume({ source, target, readOnly }: { source?: string; target: string; readOnly: boolean }): string {
  return `volume ${source ? `${source} → ` : ''}${target}${readOnly ? ' (read only)' : ''}`
}
