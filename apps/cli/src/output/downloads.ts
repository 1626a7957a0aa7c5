import type { DeviceDownloadCost, ImageDeltaView, ImageDownload, ReleaseDownloads } from '@flotilla/contracts'
import { formatAge, formatSeconds } from './age.js'
import { formatBytes } from './bytes.js'
import type { Format } from './style.js'
import type { Column, Field } from './table.js'

/* How the bytes of a release, and the deltas that spare them, look to people. Pure. */

type Image = ReleaseDownloads['images'][number]
type DownloadRow = Pick<Image, 'service' | 'platform'> & ImageDownload

export function downloadFields({ version, totals, deltas }: ReleaseDownloads): Field[] {
  const { devices, devicesWithAll, bytes, plainBytes, mostBytes } = totals
  return [
    ['release', version],
    ['devices', `${devices}, of which ${devicesWithAll} have all of it`],
    ['together', savedOf(bytes, plainBytes)],
    ['one device', `${formatBytes(mostBytes)} at most`],
    ['deltas', describeDeltas(deltas)],
  ]
}

/** A line for each service, platform and release that devices run. */
export function downloadRows({ images }: ReleaseDownloads): DownloadRow[] {
  return images.flatMap(({ service, platform, sources }) => sources.map((source) => ({ service, platform, ...source })))
}

export const downloadColumns: Column<DownloadRow>[] = [
  { title: 'SERVICE', value: ({ service }) => service },
  { title: 'PLATFORM', value: ({ platform }) => platform },
  { title: 'RUNS', value: ({ version }) => version ?? 'unknown' },
  { title: 'DEVICES', value: ({ devices }) => devices },
  { title: 'WAY', value: wayOf },
  { title: 'BYTES', value: ({ bytes }) => formatBytes(bytes) },
  { title: 'LAYERS', value: ({ plainBytes }) => formatBytes(plainBytes) },
  { title: 'DELTA', value: ({ delta }) => delta?.state, format: ({ delta }) => deltaFormat(delta?.state) },
]

export function deltaColumns(now: Date): Column<ImageDeltaView>[] {
  return [
    { title: 'SERVICE', value: ({ service }) => service },
    { title: 'PLATFORM', value: ({ platform }) => platform },
    { title: 'FROM', value: ({ fromVersions, from }) => fromVersions[0] ?? from.slice(0, 19) },
    { title: 'STATE', value: ({ state }) => state, format: ({ state }) => deltaFormat(state) },
    { title: 'SIZE', value: ({ sizeBytes }) => sizeBytes && formatBytes(sizeBytes) },
    { title: 'LAYERS', value: ({ plainBytes }) => plainBytes && formatBytes(plainBytes) },
    { title: 'TOOK', value: (delta) => tookOf(delta, now) },
    { title: 'USED', value: ({ lastUsedAt }) => lastUsedAt && formatAge(lastUsedAt, now) },
    { title: 'REASON', value: ({ reason }) => reason },
  ]
}

export function deviceCostFields({ version, bytes, plainBytes, budget }: DeviceDownloadCost): Field[] {
  return [
    ['release', version],
    ['costs', savedOf(bytes, plainBytes)],
    ['budget', budget && describeBudget(budget), budget?.fits === false ? 'red' : undefined],
  ]
}

export const deviceCostColumns: Column<DeviceDownloadCost['images'][number]>[] = [
  { title: 'SERVICE', value: ({ service }) => service },
  { title: 'WAY', value: wayOf },
  { title: 'BYTES', value: ({ bytes }) => formatBytes(bytes) },
  { title: 'LAYERS', value: ({ plainBytes }) => formatBytes(plainBytes) },
]

function savedOf(bytes: number, plainBytes: number): string {
  return bytes === plainBytes ? formatBytes(bytes) : `${formatBytes(bytes)} instead of ${formatBytes(plainBytes)}`
}

function describeDeltas({ pending, ready, notWorthIt, failed, readyInSeconds }: ReleaseDownloads['deltas']): string {
  const counts = [
    ready > 0 && `${ready} ready`,
    pending > 0 &&
      `${pending} pending${readyInSeconds === undefined ? '' : ` (about ${formatSeconds(readyInSeconds)})`}`,
    notWorthIt > 0 && `${notWorthIt} not worth it`,
    failed > 0 && `${failed} failed`,
  ]
  return counts.filter((count) => count !== false).join(', ') || 'none'
}

function describeBudget({ remainingBytes, fits, metered }: NonNullable<DeviceDownloadCost['budget']>): string {
  if (remainingBytes === undefined) return 'without limit now'
  const link = metered ? ' on a metered link' : ''
  return `${formatBytes(remainingBytes)} left${link}: ${fits ? 'enough' : 'not enough'}`
}

function wayOf({ way, deltas = 1 }: Pick<ImageDownload, 'way' | 'deltas'>): string {
  return way === 'delta' && deltas > 1 ? `${deltas} deltas` : way
}

function tookOf({ startedAt, endedAt, state }: ImageDeltaView, now: Date): string | undefined {
  if (startedAt === undefined || state === 'waiting') return undefined
  const end = endedAt === undefined ? now : new Date(endedAt)
  return formatSeconds(Math.max(0, Math.round((end.getTime() - new Date(startedAt).getTime()) / 1000)))
}

function deltaFormat(state: ImageDeltaView['state'] | undefined): Format | undefined {
  if (state === 'failed') return 'red'
  if (state === 'ready') return 'green'
  return state === 'waiting' || state === 'making' ? 'yellow' : undefined
}
