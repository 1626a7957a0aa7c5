import type { Page } from '@flotilla/contracts'

const PAGE_SIZE = 200

/** Reads a list page by page up to `limit` things (absent: all of them); `more` says that there would be others. */
export async function readPages<T>(
  readPage: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ items: T[]; more: boolean }> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await readPage({ limit: Math.min(PAGE_SIZE, limit - items.length), cursor })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined && items.length < limit)
  return { items, more: cursor !== undefined }
}
