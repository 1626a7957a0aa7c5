import { z } from 'zod'
import { decodeCursor } from './page-cursor.js'
import { Problem } from './problem.js'

/** Where a list ordered by (created_at, id) goes on. Times are texts of Postgres: a Date would lose microseconds. */
export interface TimeCursor {
  at: string
  id: string
}

// As Postgres writes a timestamptz as text, whatever its time zone.
const PostgresTime = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}$/)

export function timeCursor(cursor: string | undefined): TimeCursor | undefined {
  const parts = decodeCursor(cursor, 2)
  if (!parts) return undefined
  const key = z.tuple([PostgresTime, z.uuid()]).safeParse(parts)
  if (!key.success || Number.isNaN(Date.parse(key.data[0].slice(0, 19)))) throw foreignCursor()
  return { at: key.data[0], id: key.data[1] }
}

/** Where a list ordered by a bigint id goes on. */
export function idCursor(cursor: string | undefined): string | undefined {
  const [id] = decodeCursor(cursor, 1) ?? []
  if (id !== undefined && !/^\d{1,18}$/.test(id)) throw foreignCursor()
  return id
}

function foreignCursor(): Problem {
  return new Problem('cursor-invalid', 400, 'This cursor was not made by this list; begin again without one.')
}
