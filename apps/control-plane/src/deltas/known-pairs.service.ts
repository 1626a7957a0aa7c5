import type { DeltaDescription, Platform } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { FleetImages } from './fleet-images.repository.js'
import type { ImageDelta } from './image-delta.entity.js'
import { ImageDeltasRepository } from './image-deltas.repository.js'
import { MakingTimes } from './making-times.repository.js'

export interface DeltasFound {
  ready: DeltaDescription[]
  // Waiting or being made; their ends are about so far away.
  pending: number
  readyInSeconds?: number
  // Tried, and there is none.
  without: { service: string; platform: Platform; fromVersions: string[]; reason: string }[]
}

interface Pair {
  fromDigest: string
  toDigest: string
}

/** What is known of pairs of images. */
@Injectable()
export class KnownPairs {
  constructor(
    private readonly deltas: ImageDeltasRepository,
    private readonly images: FleetImages,
    private readonly times: MakingTimes,
  ) {}

  async of(fleetId: string, pairs: readonly Pair[]): Promise<{ rows: ImageDelta[]; missing: number }> {
    const wanted = new Set(pairs.map(nameOf))
    const into = await this.deltas.into(fleetId, [...new Set(pairs.map(({ toDigest }) => toDigest))])
    const rows = into.filter((row) => wanted.has(nameOf(row)))
    return { rows, missing: wanted.size - rows.length }
  }

  async describe(fleetId: string, rows: readonly ImageDelta[]): Promise<DeltasFound> {
    const open = rows.filter(({ state }) => state === 'waiting' || state === 'making')
    const ended = rows.filter(({ state }) => state === 'failed' || state === 'not-worth-it')
    const versions = await this.images.versionsOf(
      fleetId,
      ended.map(({ fromDigest }) => fromDigest),
    )
    return {
      ready: rows.flatMap(describe),
      pending: open.length,
      ...(open.length > 0 && { readyInSeconds: await this.times.secondsUntil(open.map(({ id }) => id)) }),
      without: ended.map(({ service, platform, fromDigest, reason, state }) => ({
        ...{ service, platform, fromVersions: versions.get(fromDigest) ?? [] },
        reason: reason ?? (state === 'failed' ? 'It failed.' : 'It would save next to nothing.'),
      })),
    }
  }
}

function describe({ state, fromDigest, toDigest, blobDigest, sizeBytes }: ImageDelta): DeltaDescription[] {
  if (state !== 'ready' || blobDigest === null || sizeBytes === null) return []
  return [{ from: fromDigest, to: toDigest, digest: blobDigest, sizeBytes: Number(sizeBytes) }]
}

function nameOf({ fromDigest, toDigest }: Pair): string {
  return `${fromDigest} ${toDigest}`
}
