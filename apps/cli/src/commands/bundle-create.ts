import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiProblem, unwrap } from '@flotilla/api-client'
import { BUNDLE_EXTENSION, BundleSchema, type CreateBundle, type CreatedBundle } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import { isAway } from '../api/patience.js'
import { bundleFor } from '../bundles/begun-bundle.js'
import { fleetBlobs } from '../bundles/fleet-blobs.js'
import { writeBundle } from '../bundles/write-bundle.js'
import { CommandError, interrupted } from '../command-error.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { findRelease } from '../names/releases.js'
import { findPlaces, type Places } from '../names/places.js'
import { bundleNotes } from '../output/bundles.js'
import { formatBytes } from '../output/bytes.js'
import { withProgress } from '../output/progress.js'
import { TransferLine } from '../output/transfer-line.js'

const LOOK_AGAIN_MS = 3_000

export interface CreateOptions {
  release?: string
  deltaFrom?: string[]
  fleet?: string
  output?: string
  force?: boolean
}

export async function createBundle(context: Context, names: readonly string[], options: CreateOptions): Promise<void> {
  const api = await context.api()
  const places = await findPlaces(api, names, options.fleet)
  const made = await orderBundle(context, api, places, await wishOf(api, places, options))
  const bundle = BundleSchema.parse(JSON.parse(made.bundle.payload))
  const file = await fileFor(context, options, `${bundle.fleet.name}-${bundle.release.version}${BUNDLE_EXTENSION}`)
  for (const note of bundleNotes(made)) context.output.note(note)
  const line = new TransferLine(context.io, 'Fetching')
  try {
    const parts = { ...made, bundle: await bundleFor(file, made.bundle), blobs: bundle.blobs }
    const sizeBytes = await writeBundle(file, parts, fleetBlobs(api, places.fleetId, context.io), {
      onBytes: ({ doneBytes, totalBytes, keptBytes }) =>
        line.show({ doneBytes, totalBytes, freshBytes: Math.max(0, doneBytes - keptBytes) }),
    })
    line.end()
    tellDone(context, { file, sizeBytes, made, version: bundle.release.version })
  } finally {
    line.end()
  }
}

async function wishOf(api: Api, { fleetId, deviceIds }: Places, options: CreateOptions): Promise<CreateBundle> {
  const idOf = async (name: string) => (await findRelease(api, name, fleetId)).id
  const deltaFrom = options.deltaFrom && (await Promise.all(options.deltaFrom.map(idOf)))
  const releaseId = options.release === undefined ? undefined : await idOf(options.release)
  return { releaseId, deltaFrom, devices: deviceIds }
}

/** Waits for deltas that are being made for it. */
async function orderBundle(
  context: Context,
  api: Api,
  { fleetId }: Places,
  body: CreateBundle,
): Promise<CreatedBundle> {
  let told = ''
  for (;;) {
    try {
      return await unwrap(api.POST('/api/v1/fleets/{id}/bundles', { params: { path: { id: fleetId } }, body }))
    } catch (error) {
      const isMaking = error instanceof ApiProblem && error.code === 'deltas-being-made'
      // Once it waits, it outlives an absence of the server, which makes them meanwhile.
      if (!isMaking && (told === '' || !isAway(error))) throw error
      if (told === '') context.output.note('The deltas for it are being made first. Ctrl-C ends the waiting alone.')
      if (isMaking) told = error.detail
      await withProgress(context.io, told, () => pause(context))
    }
  }
}

async function pause({ io }: Context): Promise<void> {
  await sleep(LOOK_AGAIN_MS, undefined, { signal: io.interruption }).catch(() => {
    throw interrupted()
  })
}

async function fileFor({ io }: Context, { output, force }: CreateOptions, usual: string): Promise<string> {
  const wished = resolve(io.cwd, output ?? usual)
  const found = await stat(wished).catch(() => undefined)
  const file = found?.isDirectory() ? join(wished, usual) : wished
  const isThere = found !== undefined && (file === wished || (await stat(file).catch(() => undefined)) !== undefined)
  if (isThere && !force) {
    throw new CommandError('file-exists', EXIT.conflict, `${file} is there already.`, {
      hint: 'Choose another name with -o, or add --force.',
    })
  }
  return file
}

interface Done {
  file: string
  sizeBytes: number
  version: string
  made: CreatedBundle
}

function tellDone({ output }: Context, { file, sizeBytes, version, made }: Done): void {
  const { targets, leftOut, doubtful, withoutDelta } = made
  const boards = Object.keys(targets)
  const sentence = `Saved ${version} for ${boards.length === 1 ? '1 board' : `${boards.length} boards`} in ${file}: ${formatBytes(sizeBytes)}.`
  output.done({ file, sizeBytes, version, boards, leftOut, doubtful, withoutDelta }, sentence)
}
