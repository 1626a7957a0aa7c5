import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { unwrap } from '@flotilla/api-client'
import type { DeviceView, UploadedSnapshot } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import { giveCommand, pause } from '../api/device-commands.js'
import { readOr } from '../api/patience.js'
import { CommandError } from '../command-error.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { findDevice } from '../names/devices.js'
import { formatBytes } from '../output/bytes.js'
import { withProgress } from '../output/progress.js'
import { snapshotsOf, type SnapshotOptions } from './snapshot-list.js'

export async function uploadSnapshot(
  context: Context,
  name: string,
  wanted: string | undefined,
  { fleet, wait }: SnapshotOptions & { wait: boolean },
): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const id = wanted ?? (await newestOn(api, device))
  const begun = await giveCommand(context, device, { kind: 'upload-snapshot', snapshotId: id })
  if (!wait) return context.output.done(begun, begun.detail ?? `${device.name} uploads ${id}.`)
  const stored = await untilStored(context, api, { device, id })
  context.output.done(stored, `Uploaded ${id}: ${formatBytes(stored.receivedBytes)}.`)
}

export async function downloadSnapshot(
  context: Context,
  name: string,
  id: string,
  { fleet, output }: SnapshotOptions & { output?: string },
): Promise<void> {
  const api = await context.api()
  const device = await findDevice(api, name, fleet)
  const file = resolve(context.io.cwd, output ?? `${id}.tar.gz`)
  const path = { id: device.id, snapshotId: id }
  const body: unknown = await unwrap(
    api.GET('/api/v1/devices/{id}/snapshots/{snapshotId}/archive', { params: { path }, parseAs: 'stream' }),
  )
  await withProgress(context.io, `Saving ${file}`, () => save(body as ReadableStream, file))
  context.output.done({ id, file }, `Saved the files of ${id} in ${file}.`)
}

export async function removeUploaded(context: Context, device: DeviceView, id: string): Promise<void> {
  const api = await context.api()
  const path = { id: device.id, snapshotId: id }
  await unwrap(api.DELETE('/api/v1/devices/{id}/snapshots/{snapshotId}', { params: { path } }))
  context.output.done({ id }, `Removed ${id} from the control plane.`)
}

async function newestOn(api: Api, { id, name }: DeviceView): Promise<string> {
  const newest = (await snapshotsOf(api, id)).find(({ onDevice }) => onDevice !== undefined)
  if (newest) return newest.id
  throw new CommandError('no-snapshot', EXIT.notFound, `${name} has no snapshot.`, {
    hint: `Take one with: flotilla snapshot create ${name}`,
  })
}

async function untilStored(
  context: Context,
  api: Api,
  { device, id }: { device: DeviceView; id: string },
): Promise<UploadedSnapshot> {
  const path = { id: device.id, snapshotId: id }
  let told = -1
  for (;;) {
    const reading = unwrapIfFound(api.GET('/api/v1/devices/{id}/snapshots/{snapshotId}', { params: { path } }))
    const seen = await readOr(undefined, reading)
    if (seen?.status === 'stored') return seen
    const megabytes = Math.floor((seen?.receivedBytes ?? 0) / 1e6)
    if (megabytes > told) context.output.note(`${formatBytes(seen?.receivedBytes ?? 0)} have come.`)
    told = Math.max(told, megabytes)
    await pause(context)
  }
}

/** All of it or none: what is broken off must not look like an archive. */
async function save(body: ReadableStream, file: string): Promise<void> {
  const part = `${file}.part`
  try {
    await pipeline(Readable.fromWeb(body), createWriteStream(part, { mode: 0o600 }))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
