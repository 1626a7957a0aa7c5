import { unwrap } from '@flotilla/api-client'
import type { SnapshotState, UploadedSnapshot } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import type { Context } from '../context.js'
import { findDevice } from '../names/devices.js'
import { formatAge } from '../output/age.js'
import { formatBytes } from '../output/bytes.js'

export interface SnapshotOptions {
  fleet?: string
  yes?: boolean
}

export interface ListedSnapshot {
  id: string
  volume: string
  at: string
  cause: SnapshotState['cause']
  sizeBytes?: number
  // What the device last said of it. Absent: it is not there.
  onDevice?: SnapshotState
  // Absent: it is not in the control plane.
  uploaded?: UploadedSnapshot
}

export async function listSnapshots(context: Context, name: string, { fleet }: SnapshotOptions): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const { output } = context
  output.list(
    await snapshotsOf(api, device.id),
    [
      { title: 'SNAPSHOT', value: ({ id }) => id },
      { title: 'VOLUME', value: ({ volume }) => volume },
      { title: 'TAKEN', value: ({ at }) => formatAge(at, output.now) },
      { title: 'CAUSE', value: ({ cause }) => cause },
      { title: 'SIZE', value: ({ sizeBytes }) => (sizeBytes === undefined ? undefined : formatBytes(sizeBytes)) },
      { title: 'WHERE', value: where },
    ],
    `${device.name} has no snapshots. Take one with: flotilla snapshot create ${device.name}`,
  )
}

/** Newest first. */
export async function snapshotsOf(api: Api, deviceId: string): Promise<ListedSnapshot[]> {
  const params = { path: { id: deviceId } }
  const [reported, { items }] = await Promise.all([
    unwrapIfFound(api.GET('/api/v1/devices/{id}/state', { params })),
    unwrap(api.GET('/api/v1/devices/{id}/snapshots', { params })),
  ])
  const found = new Map<string, ListedSnapshot>()
  for (const uploaded of items) found.set(uploaded.id, { ...essence(uploaded.id, uploaded), uploaded })
  for (const app of Object.values(reported?.state.apps ?? {})) {
    for (const [id, onDevice] of Object.entries(app.snapshots ?? {})) {
      found.set(id, { ...found.get(id), ...essence(id, onDevice), onDevice })
    }
  }
  return [...found.values()].sort((a, b) => b.at.localeCompare(a.at))
}

function essence(id: string, { volume, at, cause, sizeBytes }: SnapshotState | UploadedSnapshot): ListedSnapshot {
  return { id, volume, at, cause, sizeBytes }
}

function where({ onDevice, uploaded }: ListedSnapshot): string {
  const there = uploaded && (uploaded.status === 'stored' ? 'control plane' : uploading(uploaded))
  return [onDevice && 'device', there].filter(Boolean).join(', ')
}

function uploading({ receivedBytes }: UploadedSnapshot): string {
  return `uploading (${formatBytes(receivedBytes)} so far)`
}
