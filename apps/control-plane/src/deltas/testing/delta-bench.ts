import { createHash, randomUUID } from 'node:crypto'
import { DEVICE_ROUTES, type ImageLayer, type ImageSourcesResponse, type Platform } from '@flotilla/contracts'
import type { TestApi } from '../../testing/test-api.js'
import { succeed, type TestBoard } from '../../testing/test-board.js'
import { insertRelease } from '../../testing/test-releases.js'

const MB = 1_000_000

export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

export interface TestImages {
  fleetId: string
  // By service, names of layers from the base up: equal names are equal layers.
  layers: Record<string, string[]>
  platforms?: Platform[]
  status?: 'draft' | 'final'
}

export interface LayeredRelease {
  id: string
  // Of the image of each service, on every platform.
  digests: Record<string, string>
}

/** A release whose images have these layers. */
export async function insertLayeredRelease(
  api: TestApi,
  { fleetId, layers, platforms = ['linux/amd64'], status }: TestImages,
): Promise<LayeredRelease> {
  const compose = { services: Object.fromEntries(Object.keys(layers).map((service) => [service, {}])) }
  const id = await insertRelease(api.database, { fleetId, compose, platforms, status })
  const digests: Record<string, string> = {}
  for (const [service, names] of Object.entries(layers)) {
    const made = names.map(layer)
    const sizeBytes = made.reduce((sum, each) => sum + each.sizeBytes, 0)
    digests[service] = digestOf(names.join('+'))
    await api.database.query(
      'UPDATE release_images SET layers = $3, size_bytes = $4, digest = $5 WHERE release_id = $1 AND service = $2',
      [id, service, JSON.stringify(made), sizeBytes, digests[service]],
    )
  }
  return { id, digests }
}

/** Of 10 MB in the registry; `small…` is one of 1 kB. */
export function layer(name: string): ImageLayer {
  const sizeBytes = name.startsWith('small') ? 1000 : 10 * MB
  return { diffId: digestOf(`diff ${name}`), digest: digestOf(`blob ${name}`), sizeBytes, tarBytes: 3 * sizeBytes }
}

export interface TestDelta {
  fleetId: string
  from: string
  to: string
  sizeBytes?: number
  state?: string
  service?: string
  requestedBy?: string
  requester?: string
}

/** A delta straight in the database, as a worker would leave it; gives its id. */
export async function insertDelta(api: TestApi, delta: TestDelta): Promise<string> {
  const id = randomUUID()
  const { fleetId, from, to, sizeBytes = MB, state = 'ready', service = 'main', requestedBy = 'build' } = delta
  const blob = state === 'ready' ? { digest: digestOf(from + to), sizeBytes } : { digest: null, sizeBytes: null }
  const isOver = state !== 'waiting' && state !== 'making'
  await api.database.query(
    `INSERT INTO image_deltas (id, fleet_id, service, platform, from_digest, to_digest, state, requested_by, requester,
       blob_digest, size_bytes, ended_at, lease_until, attempt)
     VALUES ($1, $2, $3, 'linux/amd64', $4, $5, $6, $7, $8, $9, $10, $11, now() + interval '1 minute', 1)`,
    [
      ...[id, fleetId, service, from, to, state, requestedBy, delta.requester],
      ...[blob.digest, blob.sizeBytes, isOver ? new Date() : null],
    ],
  )
  return id
}

/** The board says that it runs the release. */
export async function reportRunning(
  board: TestBoard,
  fleetId: string,
  releaseId: string,
  more: object = {},
): Promise<void> {
  const changes = { apps: { [fleetId]: { releaseId, services: {} } }, ...more }
  const report = { protocol: 1, baseline: 0, number: 1, at: '2026-11-21T12:00:00Z', changes }
  await succeed(await board.call(`PATCH ${DEVICE_ROUTES.report}`, report))
}

export async function askSources(board: TestBoard, image: string, have: string[]): Promise<ImageSourcesResponse> {
  const response = await board.call(`POST ${DEVICE_ROUTES.imageSources}`, { image, have })
  return (await succeed(response)) as ImageSourcesResponse
}
