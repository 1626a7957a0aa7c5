import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where measurements are kept, and where what they need may be written. */
export interface Places {
  cache: string
  scratch: string
}

/**
 * Measures what does not change with Flotilla, and keeps the result beside the images: some takes minutes. The key names
 * the method and the digests.
 */
export async function measureOnce<T>({ cache }: Places, key: unknown, measure: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32)
  const folder = join(cache, 'measurements')
  const file = join(folder, `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  const measured = await measure()
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, JSON.stringify(measured, null, 2))
  return measured
}
