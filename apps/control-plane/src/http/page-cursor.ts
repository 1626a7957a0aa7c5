import { z } from 'zod'
import type { Page } from '@flotilla/contracts'
import { Problem } from './problem.js'

/**
 * Cursors are the sort key of the last item in base64url: opaque to callers, stable while rows come and go. A list
 * reads `limit + 1` rows behind the cursor and hands them to `toPage`.
 */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

export function decodeCursor(cursor: string | undefined, parts: number): string[] | undefined {
  if (cursor === undefined) return undefined
  try {
    return z
      .array(z.string())
      .length(parts)
      .parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new Problem('cursor-invalid', 400, 'This cursor was not made by this list; begin again without one.')
  }
}

export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  present: (row: Row) => Item,
  key: (row: Row) => readonly string[],
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(present),
    ...(last !== undefined && { nextCursor: encodeCursor(key(last)) }),
  }
}
