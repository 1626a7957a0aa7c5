import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

@Injectable()
export class LeftoversRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Those of the ids that are fleets'. */
  async fleets(ids: string[]): Promise<Set<string>> {
    const rows = await this.source.query<{ id: string }[]>('SELECT id FROM fleets WHERE id = ANY($1::uuid[])', [ids])
    return new Set(rows.map((row) => row.id))
  }

  /** The archives that builds still need. */
  async sourceFiles(): Promise<Set<string>> {
    const rows = await this.source.query<{ file: string }[]>(
      "SELECT source_file AS file FROM builds WHERE state IN ('queued', 'running') AND source_file IS NOT NULL",
    )
    return new Set(rows.map((row) => row.file))
  }
}
