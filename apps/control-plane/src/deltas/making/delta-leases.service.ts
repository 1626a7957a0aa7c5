import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { ServerConfig } from '../../config/config.js'
import { Changes } from '../../live/changes.js'
import type { BusMessage } from '../../live/live-bus.js'
import { afterSetback, LEASE_MS } from '../delta-lease.policy.js'
import { FleetImages } from '../fleet-images.repository.js'
import type { ImageDelta } from '../image-delta.entity.js'
import { ImageDeltasRepository } from '../image-deltas.repository.js'
import { LeaseLost } from './delta-failure.js'

/** What came of an attempt. */
export type Outcome =
  | {
      state: 'ready'
      blobDigest: string
      manifestDigest: string
      sizeBytes: number
      plainBytes: number
      workBytes: number
    }
  | { state: 'not-worth-it'; reason: string; sizeBytes?: number; plainBytes: number; workBytes?: number }
  | { state: 'failed'; reason: string }
  // Once more, if it was not tried too often already.
  | { state: 'setback'; reason: string }
  // This worker is to stop.
  | { state: 'handed-back' }

type Held = Pick<ImageDelta, 'id' | 'attempt'>

/** Who makes which delta: a worker has one until its lease runs out. */
@Injectable()
export class DeltaLeases {
  constructor(
    private readonly deltas: ImageDeltasRepository,
    private readonly images: FleetImages,
    private readonly changes: Changes,
    @Inject(CONFIG) private readonly config: ServerConfig,
  ) {}

  /** undefined where there is nothing to do: it is made, gone, or another worker has it. */
  async claim(id: string, attempt: number): Promise<ImageDelta | undefined> {
    return this.changes.run(async (transaction) => {
      const delta = await this.deltas.lock(transaction, id)
      if (delta?.state !== 'waiting' || delta.attempt + 1 !== attempt) return undefined
      const now = Date.now()
      const leased = {
        state: 'making' as const,
        attempt,
        startedAt: new Date(now),
        leaseUntil: new Date(now + LEASE_MS),
        deadlineAt: new Date(now + this.config.DELTA_TIMEOUT_SECONDS * 1000),
      }
      await this.deltas.update(transaction, id, leased)
      return { ...delta, ...leased }
    })
  }

  /** Throws LeaseLost. */
  async renew(held: Held): Promise<void> {
    await this.change(held, () => ({ leaseUntil: new Date(Date.now() + LEASE_MS) }))
  }

  /** Throws LeaseLost. What the release costs is another now, and whoever looks at it is told. */
  async end(held: Held, outcome: Outcome): Promise<void> {
    const free = { leaseUntil: null, deadlineAt: null }
    await this.change(held, (delta) => ({ ...free, ...changesOf(delta, outcome) }), true)
  }

  private async change(
    { id, attempt }: Held,
    to: (delta: ImageDelta) => Parameters<ImageDeltasRepository['update']>[2],
    isTold = false,
  ): Promise<void> {
    await this.changes.run(async (transaction, announce) => {
      const delta = await this.deltas.lock(transaction, id)
      if (delta?.state !== 'making' || delta.attempt !== attempt) throw new LeaseLost()
      await this.deltas.update(transaction, id, to(delta))
      if (isTold) announce(...(await this.news(delta)))
    })
  }

  private async news({ fleetId, toDigest }: ImageDelta): Promise<BusMessage[]> {
    const releases = await this.images.newestWith(fleetId, toDigest)
    return releases.map((release) => ({ topic: 'change', kind: 'release', fleetId, ...release }))
  }
}

function changesOf(delta: ImageDelta, outcome: Outcome): Parameters<ImageDeltasRepository['update']>[2] {
  const over = { endedAt: new Date() }
  switch (outcome.state) {
    case 'ready': {
      const { sizeBytes, plainBytes, workBytes, ...made } = outcome
      return { ...over, ...made, reason: null, ...texts({ sizeBytes, plainBytes, workBytes }) }
    }
    case 'not-worth-it': {
      const { sizeBytes, plainBytes, workBytes, ...judged } = outcome
      return { ...over, ...judged, ...texts({ sizeBytes, plainBytes, workBytes }) }
    }
    case 'failed':
      return { ...over, ...outcome }
    case 'setback': {
      const verdict = afterSetback(delta, outcome.reason)
      if (verdict.kind === 'fail') return { ...over, state: 'failed', reason: verdict.reason }
      return {
        state: 'waiting',
        setbacks: delta.setbacks + 1,
        ...(verdict.kind === 'again' && { reason: verdict.reason }),
      }
    }
    case 'handed-back':
      return { state: 'waiting' }
  }
}

/** bigint columns are texts. */
function texts<K extends string>(sizes: Record<K, number | undefined>): Record<K, string | null> {
  const entries = Object.entries<number | undefined>(sizes)
  return Object.fromEntries(entries.map(([name, size]) => [name, size === undefined ? null : String(size)])) as never
}
