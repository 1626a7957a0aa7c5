import { createHash } from 'node:crypto'
import { closeSync, constants, createReadStream, createWriteStream, openSync, readSync } from 'node:fs'
import { readFile, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { DigestMeter } from './pack-layer.js'

const PIECE_BYTES = 1024 ** 2

/** One line of tar-split's notes: bytes of the tar as they are, or a file whose content is in the layer's folder. */
interface TarSplitEntry {
  type: 1 | 2
  name?: string
  // base64, where the name is no UTF-8.
  name_raw?: string
  size?: number
  payload?: string | null
}

/**
 * The folders of an engine on this machine, with the layers of its images unpacked. Reading one layer there spares the
 * copy of the whole image that `docker save` makes. How engines lay them out is their own affair: whatever is not as
 * expected throws, and so does a layer that does not come out as its digest says.
 */
export class EngineStore {
  private readonly metadata: string

  constructor(
    private readonly root: string,
    private readonly driver: string,
  ) {
    this.metadata = join(root, 'image', driver)
  }

  /** The config of an image. */
  async config(imageId: string): Promise<Buffer> {
    const config = await readFile(join(this.metadata, 'imagedb/content/sha256', hexOf(imageId)))
    if (`sha256:${createHash('sha256').update(config).digest('hex')}` !== imageId) throw new Error('Not the config')
    return config
  }

  /** Writes a layer's tar; `diffIds` are those of the image up to that layer. */
  async copyLayer(diffIds: readonly string[], to: string, signal: AbortSignal): Promise<void> {
    const notes = join(this.metadata, 'layerdb/sha256', hexOf(chainIdOf(diffIds)))
    const cacheId = (await readFile(join(notes, 'cache-id'), 'utf8')).trim()
    const folder = await realpath(join(this.root, this.driver, cacheId, 'diff'))
    const meter = new DigestMeter()
    await pipeline(
      () => inPieces(assemble(join(notes, 'tar-split.json.gz'), new LayerFolder(folder))),
      (chunks: AsyncIterable<Buffer>) => meter.measure(chunks),
      createWriteStream(to),
      { signal },
    )
    if (meter.digest() !== diffIds.at(-1)) throw new Error('The layer of the engine is not what its digest says')
  }
}

/** What names a layer together with all below it. */
export function chainIdOf([base = '', ...above]: readonly string[]): string {
  return above.reduce((chain, diffId) => {
    return `sha256:${createHash('sha256').update(`${chain} ${diffId}`).digest('hex')}`
  }, base)
}

async function* assemble(notes: string, files: LayerFolder): AsyncGenerator<Buffer> {
  const text = createReadStream(notes).pipe(createGunzip())
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    const entry = JSON.parse(line) as TarSplitEntry
    if (entry.type === 2) yield Buffer.from(entry.payload ?? '', 'base64')
    else if ((entry.size ?? 0) > 0) yield* files.read(nameOf(entry), entry.size ?? 0)
  }
}

class LayerFolder {
  private readonly places = new Map<string, string>()

  constructor(private readonly root: string) {}

  /** Synchronous: layers have many small files, and the disk is local. */
  async *read(name: Buffer, size: number): AsyncGenerator<Buffer> {
    const file = await this.place(name)
    const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      for (let at = 0; at < size;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - at))
        const read = readSync(handle, piece, 0, piece.length, at)
        if (read === 0) throw new Error('A file of the layer is shorter than noted')
        at += read
        yield piece.subarray(0, read)
      }
    } finally {
      closeSync(handle)
    }
  }

  /** Links in a layer may lead anywhere; what is outside of it is none of its files. */
  private async place(name: Buffer): Promise<Buffer> {
    const path = name.toString('latin1')
    const folder = dirname(join('/', path))
    let place = this.places.get(folder)
    if (place === undefined) {
      const real = await realpath(Buffer.concat([Buffer.from(this.root), Buffer.from(folder, 'latin1')]), 'latin1')
      if (real !== this.root && !real.startsWith(this.root + sep))
        throw new Error('A file of the layer is outside of it')
      this.places.set(folder, (place = real))
    }
    return Buffer.from(join(place, path.slice(path.lastIndexOf('/') + 1)), 'latin1')
  }
}

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    waiting.push(chunk)
    bytes += chunk.length
    if (bytes < PIECE_BYTES) continue
    yield Buffer.concat(waiting)
    waiting = []
    bytes = 0
  }
  yield Buffer.concat(waiting)
}

function nameOf({ name, name_raw: raw }: TarSplitEntry): Buffer {
  return raw === undefined ? Buffer.from(name ?? '') : Buffer.from(raw, 'base64')
}

function hexOf(digest: string): string {
  return digest.replace('sha256:', '')
}
