import type { BuildOutput, BuildOutputLineView } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import { storableText } from '../database/storable-json.js'
import type { Transaction } from '../database/transactions.js'

interface LineRow {
  id: string
  at: Date
  service: string | null
  kind: BuildOutputLineView['kind']
  text: string
}

/** The output of builds, line by line; a line's id grows with each that is stored. */
@Injectable()
export class BuildOutputRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Lines that are stored already (a repeated request) are left as they are. */
  async append(transaction: Transaction, buildId: string, { attempt, lines }: BuildOutput): Promise<void> {
    const clean = lines.map((line) => ({ ...line, text: storableText(line.text.replaceAll('\0', '')) }))
    await transaction.query(
      `INSERT INTO build_output (build_id, attempt, number, service, kind, text)
       SELECT $1, $2, number, service, kind, text
       FROM jsonb_to_recordset($3::jsonb) AS line (number int, service text, kind text, text text) ORDER BY number
       ON CONFLICT DO NOTHING`,
      [buildId, attempt, JSON.stringify(clean)],
    )
  }

  /** A line of the control plane itself, between those of builders: they count up from 1, these down from -1. */
  async note(transaction: Transaction, buildId: string, text: string): Promise<void> {
    await transaction.query(
      `INSERT INTO build_output (build_id, attempt, number, kind, text)
       SELECT $1, 0, coalesce(min(number), 0) - 1, 'step', $2 FROM build_output WHERE build_id = $1 AND attempt = 0`,
      [buildId, text],
    )
  }

  async after(buildId: string, after: string | undefined, limit: number): Promise<BuildOutputLineView[]> {
    const rows = await this.source.query<LineRow[]>(
      `SELECT id, at, service, kind, text FROM build_output
       WHERE build_id = $1 AND id > coalesce($2::bigint, 0) ORDER BY id LIMIT $3`,
      [buildId, after, limit],
    )
    return rows.map(({ id, at, service, kind, text }) => ({
      id,
      at: at.toISOString(),
      ...(service !== null && { service }),
      kind,
      text,
    }))
  }
}
