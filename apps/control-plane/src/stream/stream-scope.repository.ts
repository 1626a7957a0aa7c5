import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

// To which organization each kind of thing belongs that a stream can be narrowed to.
const OWNERS = {
  organization: 'SELECT id AS owner FROM organizations WHERE name = $1 OR id::text = $1',
  fleet: 'SELECT organization_id AS owner FROM fleets WHERE id = $1',
  device: 'SELECT f.organization_id AS owner FROM devices d JOIN fleets f ON f.id = d.fleet_id WHERE d.id = $1',
  build: 'SELECT f.organization_id AS owner FROM builds b JOIN fleets f ON f.id = b.fleet_id WHERE b.id = $1',
} as const
export type ScopeKind = keyof typeof OWNERS

@Injectable()
export class StreamScopeRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** The id of the organization that owns a thing; undefined where there is no such thing. */
  async owner(kind: ScopeKind, id: string): Promise<string | undefined> {
    const rows = await this.source.query<{ owner: string }[]>(OWNERS[kind], [id])
    return rows[0]?.owner
  }
}
