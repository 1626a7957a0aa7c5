import type { DeltaDescription, Platform } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { ImageDelta, type ImagePair } from './image-delta.entity.js'

export interface DeltaRequest extends ImagePair {
  requestedBy: ImageDelta['requestedBy']
  requester: string | null
  // Absent: the layers of one of the images are not known yet.
  plainBytes?: number
}

type Changes = Partial<Omit<ImageDelta, 'id' | 'fleetId'>>

@Injectable()
export class ImageDeltasRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  find(id: string): Promise<ImageDelta | null> {
    return this.source.getRepository(ImageDelta).findOneBy({ id })
  }

  /** The delta, which nobody else changes until the transaction ends. */
  lock(transaction: Transaction, id: string): Promise<ImageDelta | null> {
    return transaction.findOne(ImageDelta, { where: { id }, lock: { mode: 'pessimistic_write' } })
  }

  async update(transaction: Transaction, id: string, changes: Changes): Promise<void> {
    await transaction.update(ImageDelta, { id }, changes)
  }

  /** Waits from now on. Gives the ids of those that are new: one that is known already is left as it is. */
  async insert(transaction: Transaction, requests: readonly DeltaRequest[]): Promise<string[]> {
    if (requests.length === 0) return []
    const rows = await transaction.query<{ id: string }[]>(
      `INSERT INTO image_deltas
         (id, fleet_id, service, platform, from_digest, to_digest, state, requested_by, requester, plain_bytes)
       SELECT gen_random_uuid(), "fleetId", service, platform, "fromDigest", "toDigest", 'waiting', "requestedBy",
         requester, "plainBytes"
       FROM jsonb_to_recordset($1) AS wanted ("fleetId" uuid, service text, platform text, "fromDigest" text,
         "toDigest" text, "requestedBy" text, requester text, "plainBytes" bigint)
       ON CONFLICT (fleet_id, to_digest, from_digest) DO NOTHING RETURNING id`,
      [JSON.stringify(requests)],
    )
    return rows.map(({ id }) => id)
  }

  /** Those that failed wait once more. Gives their ids. */
  async revive(transaction: Transaction, pairs: readonly ImagePair[]): Promise<string[]> {
    const [rows] = await transaction.query<[{ id: string }[], number]>(
      `UPDATE image_deltas d SET state = 'waiting', reason = NULL, setbacks = 0, ended_at = NULL
       FROM jsonb_to_recordset($1) AS wanted ("fleetId" uuid, "fromDigest" text, "toDigest" text)
       WHERE d.state = 'failed' AND d.fleet_id = "fleetId" AND d.from_digest = "fromDigest" AND d.to_digest = "toDigest"
       RETURNING d.id`,
      [JSON.stringify(pairs)],
    )
    return rows.map(({ id }) => id)
  }

  /** Whatever its state, into one of these images. */
  into(fleetId: string, toDigests: readonly string[], reader: EntityManager = this.source.manager) {
    return reader
      .createQueryBuilder(ImageDelta, 'delta')
      .where('delta.fleetId = :fleetId AND delta.toDigest = ANY(:toDigests)', { fleetId, toDigests })
      .orderBy({ 'delta.service': 'ASC', 'delta.platform': 'ASC', 'delta.requestedAt': 'ASC', 'delta.id': 'ASC' })
      .getMany()
  }

  /** What devices of the fleet may have. */
  ready(fleetId: string, platforms: readonly Platform[]): Promise<DeltaDescription[]> {
    return this.source.query(
      `SELECT from_digest AS "from", to_digest AS "to", blob_digest AS digest, size_bytes::float8 AS "sizeBytes"
       FROM image_deltas WHERE fleet_id = $1 AND platform = ANY($2::text[]) AND state = 'ready'`,
      [fleetId, platforms],
    )
  }

  /** The oldest that wait for a worker. */
  waiting(limit: number): Promise<Pick<ImageDelta, 'id' | 'attempt' | 'setbacks'>[]> {
    return this.source.query(
      `SELECT id, attempt, setbacks FROM image_deltas WHERE state = 'waiting' ORDER BY requested_at, id LIMIT $1`,
      [limit],
    )
  }

  making(): Promise<ImageDelta[]> {
    return this.source.getRepository(ImageDelta).findBy({ state: 'making' })
  }

  /** How many the devices of a fleet have asked for that are not done, and this one within a day. */
  async askedByDevices(fleetId: string, deviceId: string): Promise<{ open: number; today: number }> {
    const [row] = await this.source.query<{ open: number; today: number }[]>(
      `SELECT (SELECT count(*)::int FROM image_deltas
           WHERE fleet_id = $1 AND requested_by = 'device' AND state IN ('waiting', 'making')) AS open,
         (SELECT count(*)::int FROM image_deltas
           WHERE requester = $2 AND requested_by = 'device' AND requested_at > now() - interval '1 day') AS today`,
      [fleetId, deviceId],
    )
    return row ?? { open: 0, today: 0 }
  }

  /** Devices are told of these. Written once an hour at most: retention counts in days. */
  async touch(fleetId: string, blobDigests: readonly string[]): Promise<void> {
    await this.source.query(
      `UPDATE image_deltas SET last_used_at = now() WHERE fleet_id = $1 AND blob_digest = ANY($2::text[])
         AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour')`,
      [fleetId, blobDigests],
    )
  }

  async delete(id: string): Promise<void> {
    await this.source.getRepository(ImageDelta).delete({ id })
  }
}
