import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import { AuditEntry } from './audit-entry.entity.js'

export interface AuditFilter {
  // Entries of these organizations.
  organizationIds: string[]
  // And those of no organization that this user wrote.
  ownUserId?: string
  limit: number
  beforeId?: string
}

@Injectable()
export class AuditRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Newest first. */
  page({ organizationIds, ownUserId, limit, beforeId }: AuditFilter): Promise<AuditEntry[]> {
    const query = this.source
      .createQueryBuilder(AuditEntry, 'entry')
      .where(
        `(entry.organizationId = ANY(:organizationIds::uuid[])
          OR (entry.organizationId IS NULL AND entry.actorKind = 'user' AND entry.actorId = :ownUserId))`,
        { organizationIds, ownUserId: ownUserId ?? null },
      )
      .orderBy('entry.id', 'DESC')
      .limit(limit)
    if (beforeId !== undefined) query.andWhere('entry.id < :beforeId', { beforeId })
    return query.getMany()
  }

  /** The ids of organizations by id or name. */
  async organizationId(idOrName: string): Promise<string | undefined> {
    const rows = await this.source.query<{ id: string }[]>(
      'SELECT id FROM organizations WHERE name = $1 OR id::text = $1',
      [idOrName],
    )
    return rows[0]?.id
  }
}
