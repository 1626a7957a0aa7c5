import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, type EntityManager } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { ReleaseImage } from './release-image.entity.js'
import { Release } from './release.entity.js'

@Injectable()
export class ReleasesRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  find(id: string, reader: EntityManager = this.source.manager): Promise<Release | null> {
    return reader.findOneBy(Release, { id })
  }

  /** Locks the fleet: everything that changes which release it runs does so first, and in turn. */
  async lockFleet(transaction: Transaction, fleetId: string): Promise<{ organizationId: string } | undefined> {
    const [row] = await transaction.query<{ organizationId: string }[]>(
      'SELECT organization_id AS "organizationId" FROM fleets WHERE id = $1 FOR UPDATE',
      [fleetId],
    )
    return row
  }

  /** The releases of a commit that devices could run, newest first. */
  builtOf(fleetId: string, commit: string, reader: EntityManager = this.source.manager): Promise<Release[]> {
    return reader
      .createQueryBuilder(Release, 'release')
      .where('release.fleetId = :fleetId AND release.commit = :commit', { fleetId, commit })
      .andWhere("release.status IN ('draft', 'final') AND release.invalidatedAt IS NULL")
      .orderBy('release.number', 'DESC')
      .getMany()
  }

  /** The release that has a version, unless it failed. */
  ofVersion(fleetId: string, version: string, reader: EntityManager = this.source.manager): Promise<Release | null> {
    return reader
      .createQueryBuilder(Release, 'release')
      .where('release.fleetId = :fleetId AND release.version = :version', { fleetId, version })
      .andWhere("release.status <> 'failed'")
      .getOne()
  }

  /** The images of the fleet's newest built release before this one: layer cache for the next. */
  async imagesBefore(releaseId: string): Promise<ReleaseImage[]> {
    const [previous] = await this.source.query<{ id: string }[]>(
      `SELECT p.id FROM releases r JOIN releases p ON p.fleet_id = r.fleet_id AND p.number < r.number
       WHERE r.id = $1 AND p.status IN ('draft', 'final') ORDER BY p.number DESC LIMIT 1`,
      [releaseId],
    )
    return previous ? this.images([previous.id]) : []
  }

  /** In a stable order: by service, then platform. */
  images(releaseIds: string[], reader: EntityManager = this.source.manager): Promise<ReleaseImage[]> {
    return reader
      .createQueryBuilder(ReleaseImage, 'image')
      .where('image.releaseId = ANY(:releaseIds)', { releaseIds })
      .orderBy({ 'image.service': 'ASC', 'image.platform': 'ASC' })
      .getMany()
  }

  async nextNumber(transaction: Transaction, fleetId: string): Promise<number> {
    const [row] = await transaction.query<{ number: number }[]>(
      'SELECT coalesce(max(number), 0)::int + 1 AS number FROM releases WHERE fleet_id = $1',
      [fleetId],
    )
    return row?.number ?? 1
  }

  async insert(transaction: Transaction, release: Omit<Release, 'createdAt'>): Promise<void> {
    await transaction.insert(Release, release)
  }

  async update(transaction: Transaction, id: string, changes: Partial<Omit<Release, 'id' | 'compose'>>): Promise<void> {
    await transaction.update(Release, { id }, changes)
  }

  /** By the clock of the database: the newest of a fleet is found by it. */
  async markFinal(transaction: Transaction, id: string): Promise<void> {
    await transaction.update(Release, { id }, { status: 'final', finalizedAt: () => 'clock_timestamp()' })
  }

  async markInvalidated(transaction: Transaction, id: string, invalidated: boolean): Promise<void> {
    await transaction.update(Release, { id }, { invalidatedAt: invalidated ? () => 'clock_timestamp()' : null })
  }

  async insertImages(transaction: Transaction, images: ReleaseImage[]): Promise<void> {
    await transaction.insert(ReleaseImage, images as never)
  }
}
