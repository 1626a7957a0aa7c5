import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measured, Method, Pair } from './method.js'

/**
 * Measures a pair of images by a method that does not change with Flotilla, and keeps the result beside the images: some
 * take minutes.
 */
export async function measureOnce(
  method: Method,
  pair: Pair,
  places: { cache: string; scratch: string },
): Promise<Measured> {
  const layers = [pair.from, pair.to].map((image) => image.layers.map(({ diffId }) => diffId))
  const key = createHash('sha256')
    .update(JSON.stringify([method.name, method.title, layers]))
    .digest('hex')
  const folder = join(places.cache, 'measurements')
  const file = join(folder, `${key.slice(0, 32)}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Measured
  const measured = await method.measure(pair, places.scratch)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, JSON.stringify(measured, null, 2))
  return measured
}
