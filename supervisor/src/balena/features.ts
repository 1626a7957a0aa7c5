import { labelOf } from '@flotilla/reconcile'
import { isYes } from '../local-api/access.js'
import type { HostBind, Surroundings } from '../ports.js'

const CONTAINER_SOCKET = '/host/run/balena-engine.sock'

const BINDS: Record<string, HostBind[]> = {
  dbus: [{ source: '/run/dbus', target: '/host/run/dbus' }],
  sysfs: [{ source: '/sys', target: '/sys' }],
  procfs: [{ source: '/proc', target: '/proc' }],
  'kernel-modules': [{ source: '/lib/modules', target: '/lib/modules', isOptional: true }],
  firmware: [{ source: '/lib/firmware', target: '/lib/firmware', isOptional: true }],
  // A board keeps its journal in one of the two places.
  'journal-logs': [
    { source: '/var/log/journal', target: '/var/log/journal', readOnly: true, isOptional: true },
    { source: '/run/log/journal', target: '/run/log/journal', readOnly: true, isOptional: true },
    { source: '/etc/machine-id', target: '/etc/machine-id', readOnly: true, isOptional: true },
  ],
}

/**
 * What `io.balena.features.*` labels give a container of the board. A label is part of what a container is, so a
 * changed one makes it anew. `socket` is the engine's; absent: it is not on this machine.
 */
export function featuresOf(service: { labels: Record<string, string> }, socket: string | undefined): Surroundings {
  const has = (feature: string) => isYes(labelOf(service, `features.${feature}`))
  const asked = Object.keys(BINDS).filter(has)
  const engine = has('balena-socket') && socket !== undefined
  return {
    environment: engine ? { DOCKER_HOST: `unix://${CONTAINER_SOCKET}` } : {},
    binds: [...asked.flatMap((feature) => BINDS[feature] ?? []), ...(engine ? socketBinds(socket) : [])],
    gpu: has('gpu'),
  }
}

function socketBinds(source: string): HostBind[] {
  const targets = new Set([CONTAINER_SOCKET, source, '/var/run/balena.sock', '/var/run/docker.sock'])
  return [...targets].map((target) => ({ source, target }))
}
