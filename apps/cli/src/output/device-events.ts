import type { DeviceEventView } from '@flotilla/contracts'
import { formatAge } from './age.js'
import type { Column } from './table.js'

/* How a device's history looks to people: what they would ask first, before the rest. --json has everything. Pure. */

export function eventColumns(now: Date): Column<DeviceEventView>[] {
  return [
    { title: 'WHEN', value: (event) => formatAge(event.at, now) },
    { title: 'WHAT', value: (event) => event.kind },
    { title: 'BY', value: ({ actor }) => (actor.kind === 'device' ? 'device' : actor.label) },
    { title: 'DETAIL', value: ({ detail }) => formatDetail(detail) },
  ]
}

type Detail = DeviceEventView['detail']

// Of which app and container an event is says nothing to people: there is one app, and the service is named.
const FOR_PROGRAMS = ['app', 'appId', 'releases']

/** `web: created → running, reason=it is ready` */
export function formatDetail(detail: Detail): string | undefined {
  const { service, step, from, to, ...rest } = detail
  const names = Object.keys(rest).filter((name) => !isForPrograms(name, detail))
  const said = [
    ...(step === undefined ? [] : [short(step)]),
    ...(from === undefined && to === undefined ? [] : [`${short(from) || 'none'} → ${short(to) || 'none'}`]),
    ...versions(detail.releases),
    ...names.filter((name) => short(rest[name]) !== '').map((name) => `${name}=${short(rest[name])}`),
  ].join(', ')
  return [service === undefined ? undefined : short(service), said || undefined].filter(Boolean).join(': ') || undefined
}

function isForPrograms(name: string, { step, release }: Detail): boolean {
  if (name === 'name') return step !== undefined
  return FOR_PROGRAMS.includes(name) || (name === 'releaseId' && release !== undefined)
}

/** Ids by their beginning; nothing for what has an inside. */
function short(value: Detail[string] | undefined): string {
  if (value === undefined || value === null || typeof value === 'object') return ''
  const text = String(value)
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text) ? text.slice(0, 8) : text
}

function versions(releases: Detail[string] | undefined): string[] {
  if (!Array.isArray(releases)) return []
  return releases.flatMap((release) =>
    typeof release === 'object' && release !== null && 'version' in release
      ? [`release ${short(release.version)}`]
      : [],
  )
}
