import { setTimeout as sleep } from 'node:timers/promises'
import { unwrap } from '@flotilla/api-client'
import type { BundleBlob } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import { CommandError, interrupted } from '../command-error.js'
import { EXIT } from '../exit-codes.js'
import type { Io } from '../io.js'
import type { ReadBlob } from './write-bundle.js'

// In a row, with nothing received between them.
const MOST_FAILURES = 6
const PAUSE_MS = 500

/** Reads blobs of a fleet from the server; where the connection breaks, from the byte on that did not come. */
export function fleetBlobs(api: Api, fleetId: string, io: Io): ReadBlob {
  return async function* (blob, first) {
    let next = first
    let failures = 0
    while (next < blob.sizeBytes) {
      if (failures > 0) await pauseAfter(failures, io)
      try {
        for await (const bytes of await open(api, fleetId, blob, next)) {
          next += bytes.length
          failures = 0
          yield bytes
        }
        if (next < blob.sizeBytes) throw cutShort(blob)
      } catch (error) {
        if (io.interruption.aborted) throw interrupted()
        // What is refused stays refused; what was broken off is asked for again.
        const isFinal = error instanceof CommandError ? error.exitCode !== EXIT.unreachable : !isBreak(error)
        if (isFinal || ++failures > MOST_FAILURES) throw error
      }
    }
  }
}

async function open(api: Api, id: string, blob: BundleBlob, first: number): Promise<AsyncIterable<Uint8Array>> {
  const params = { path: { id, digest: blob.digest } }
  const headers = { Range: `bytes=${first}-` }
  const answer = api.GET('/api/v1/fleets/{id}/blobs/{digest}', { params, headers, parseAs: 'stream' })
  const body = (await unwrap<unknown>(answer)) as AsyncIterable<Uint8Array>
  // A server may answer with all of it.
  const isPart = (await answer).response.status === 206
  return bounded(body, blob, { at: isPart ? first : 0, first })
}

/** What comes after `first`, of a body that begins with byte `at`. */
async function* bounded(
  body: AsyncIterable<Uint8Array>,
  { digest, sizeBytes }: BundleBlob,
  { at, first }: { at: number; first: number },
): AsyncGenerator<Uint8Array> {
  let position = at
  for await (const bytes of body) {
    const rest = bytes.subarray(Math.min(bytes.length, Math.max(0, first - position)))
    position += bytes.length
    if (position > sizeBytes) {
      throw new CommandError('unexpected-answer', EXIT.failure, `${digest} has more than its ${sizeBytes} bytes.`)
    }
    if (rest.length > 0) yield rest
  }
}

/** As fetch says that a connection ended. */
function isBreak(error: unknown): boolean {
  const { message, status } = error as Error & { status?: number }
  return error instanceof TypeError || message === 'terminated' || (status !== undefined && status >= 500)
}

async function pauseAfter(failures: number, io: Io): Promise<void> {
  await sleep(PAUSE_MS * 2 ** (failures - 1), undefined, { signal: io.interruption }).catch(() => {
    throw interrupted()
  })
}

function cutShort({ digest }: BundleBlob): CommandError {
  return new CommandError('unexpected-answer', EXIT.unreachable, `The server does not give all of ${digest}.`, {
    hint: 'Run the command again: it goes on where it stopped.',
  })
}
