import { unwrap } from '@flotilla/api-client'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeviceEngine } from '@flotilla/dev'
import type { World } from '../testing/world.js'

export interface PlainPull {
  // Undefined: it did not arrive.
  seconds?: number
  attempts: number
}

const PAUSE_MS = 5_000

/** What people do without us: `docker pull`, begun again whenever it fails. */
export async function pullUntil(
  world: World,
  board: DeviceEngine,
  { fleetId, releaseId, signal }: { fleetId: string; releaseId: string; signal: AbortSignal },
): Promise<PlainPull> {
  const release = await unwrap(world.api.GET('/api/v1/releases/{id}', { params: { path: { id: releaseId } } }))
  const digest = release.images?.[0]?.digest
  const image = `${new URL(world.stack.registryUrl).host}/fleets/${fleetId}@${digest}`
  const startedAt = Date.now()
  for (let attempts = 1; ; attempts++) {
    const isDone = await pull(world, board, { image, signal }).catch(() => false)
    if (isDone) return { seconds: (Date.now() - startedAt) / 1000, attempts }
    if (signal.aborted) return { attempts }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function pull(
  world: World,
  { engine }: DeviceEngine,
  { image, signal }: { image: string; signal: AbortSignal },
): Promise<boolean> {
  const authconfig = { username: 'lab', password: world.token }
  const stream = await engine.docker.pull(image, { authconfig, abortSignal: signal })
  for await (const _bytes of stream as AsyncIterable<Buffer>) signal.throwIfAborted()
  // A failed pull answers 200 all the same: only the image tells.
  await engine.docker.getImage(image).inspect()
  return true
}
