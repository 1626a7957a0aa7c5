import { createReadStream, createWriteStream } from 'node:fs'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import * as tar from 'tar-stream'
import { DigestMeter } from './pack-layer.js'

/** A layer as the engine has it, in a file that is gone once it was looked at. */
export interface SavedLayer {
  file: string
  diffId: string
}

export interface SavedImageReading {
  folder: string
  onLayer: (layer: SavedLayer) => Promise<void>
  signal: AbortSignal
}

const MAX_DOCUMENT_BYTES = 16 * 1024 ** 2
const GZIP = Buffer.from([0x1f, 0x8b])

/**
 * Reads what `docker save` streams, one layer on the disk at a time, and gives the image's config as the engine has it.
 * Layers come in no order, under names that differ from engine to engine: they are known by their content.
 */
export async function readSavedImage(
  archive: Readable,
  { folder, onLayer, signal }: SavedImageReading,
): Promise<Buffer> {
  const extract = tar.extract()
  const done = pipeline(archive, extract, { signal })
  // Whoever reads below sees the same error; without this it would also be an unhandled one.
  done.catch(() => undefined)
  const documents = new Map<string, Buffer>()
  const file = join(folder, 'saved')
  for await (const entry of extract as unknown as AsyncIterable<Readable & { header: tar.Header }>) {
    // A layer that an image has twice is there as a link the second time.
    if (entry.header.type !== 'file') {
      entry.resume()
      continue
    }
    const diffId = await spool(entry, file, signal)
    if (await isDocument(file)) documents.set(entry.header.name, await readFile(file))
    else await lookAt(await unpacked({ file, diffId }, signal), onLayer)
    await rm(file, { force: true })
  }
  await done
  return findConfig(documents)
}

async function lookAt(layer: SavedLayer, onLayer: SavedImageReading['onLayer']): Promise<void> {
  await onLayer(layer)
  await rm(layer.file, { force: true })
}

async function spool(from: Readable, file: string, signal: AbortSignal): Promise<string> {
  const meter = new DigestMeter()
  await pipeline(from, (chunks: AsyncIterable<Buffer>) => meter.measure(chunks), createWriteStream(file), { signal })
  return meter.digest()
}

/** Engines on containerd's store save layers as they were pulled: compressed. */
async function unpacked(layer: SavedLayer, signal: AbortSignal): Promise<SavedLayer> {
  if (!(await readHead(layer.file)).subarray(0, GZIP.length).equals(GZIP)) return layer
  const file = `${layer.file}.tar`
  const diffId = await spool(createReadStream(layer.file).pipe(createGunzip()), file, signal)
  await rm(layer.file)
  return { file, diffId }
}

/** JSON, and no tar whose first file is called so. */
async function isDocument(file: string): Promise<boolean> {
  const { size } = await stat(file)
  const head = await readHead(file)
  const isTar = head.toString('latin1', 257, 262) === 'ustar'
  return size <= MAX_DOCUMENT_BYTES && !isTar && (size < head.length || /^[[{]/.test(head.toString('latin1', 0, 1)))
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const head = Buffer.alloc(512)
    await handle.read(head, 0, head.length, 0)
    return head
  } finally {
    await handle.close()
  }
}

function findConfig(documents: ReadonlyMap<string, Buffer>): Buffer {
  const [image] = JSON.parse(documents.get('manifest.json')?.toString() ?? '[]') as { Config: string }[]
  const config = image && documents.get(image.Config)
  if (!config) throw new Error('The engine saved an image without its config')
  return config
}
