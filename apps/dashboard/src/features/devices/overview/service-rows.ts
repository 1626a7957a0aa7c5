import type { DeviceState, ServiceState, Target, TargetService } from '@flotilla/contracts'

/** One service of a device: what the target wants of it beside what the device said. */
export interface ServiceRow {
  appId: string
  name: string
  wanted?: TargetService
  reported?: ServiceState
  /** Of the image: the wanted one, another one, or not known. */
  image: 'current' | 'behind' | 'unknown'
}

/** Every service that should be there or is there, by name. */
export function serviceRows(
  target: Pick<Target, 'apps'> | undefined,
  state: Pick<DeviceState, 'apps'> | undefined,
): ServiceRow[] {
  const rows = new Map<string, ServiceRow>()
  for (const app of target?.apps ?? []) {
    for (const [name, wanted] of Object.entries(app.services)) {
      rows.set(`${app.id} ${name}`, { appId: app.id, name, wanted, image: 'unknown' })
    }
  }
  for (const [appId, app] of Object.entries(state?.apps ?? {})) {
    for (const [name, reported] of Object.entries(app.services)) {
      const wanted = rows.get(`${appId} ${name}`)?.wanted
      rows.set(`${appId} ${name}`, { appId, name, wanted, reported, image: compare(wanted, reported) })
    }
  }
  return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name))
}

function compare(wanted: TargetService | undefined, reported: ServiceState): ServiceRow['image'] {
  if (!wanted || reported.imageDigest === undefined) return 'unknown'
  return reported.imageDigest === wanted.image.digest ? 'current' : 'behind'
}

const UNDER_WAY = new Set(['waiting', 'downloading', 'downloaded', 'installing', 'created', 'stopping'])

/** Whether a service is on its way to what the target wants. */
export function isUnderWay({ wanted, reported, image }: ServiceRow): boolean {
  if (!wanted) return reported !== undefined
  return reported === undefined || UNDER_WAY.has(reported.status) || image === 'behind'
}

/** How far an update is, 0 to 100: downloads count by how far they are, services that run the wanted image as done. */
export function updatePercent(rows: ServiceRow[]): number {
  const wanted = rows.filter((row) => row.wanted)
  if (wanted.length === 0) return 0
  const sum = wanted.reduce((total, row) => total + percent(row), 0)
  return Math.round(sum / wanted.length)
}

// What comes after the download takes seconds where the download takes minutes.
const DOWNLOADED = 90

function percent(row: ServiceRow): number {
  if (!row.reported) return 0
  const { status, progressPercent = 0, exitCode = 0 } = row.reported
  if (!isUnderWay(row)) return status === 'exited' && exitCode !== 0 ? DOWNLOADED : 100
  if (status === 'downloading') return (progressPercent * DOWNLOADED) / 100
  // Still the former container, for which nothing was done yet.
  return status === 'waiting' || status === 'running' ? 0 : DOWNLOADED
}
