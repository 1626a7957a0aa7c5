/*
 * The images in the in-memory engine, and what it has from registries that this machine serves: layers under their names
 * as a real engine knows them, so that it asks only for what it lacks.
 */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { EngineImage } from '../../images/ports.js'
import type { ServedImage } from '../../images/local-registry.js'

export class FakeImages implements Iterable<string> {
  private readonly all = new Map<string, EngineImage>()
  // What registries call a layer → its diffId, as the engine remembers it.
  private readonly known = new Map<string, string>()

  get size(): number {
    return this.all.size
  }

  /** All names. */
  *[Symbol.iterator](): Iterator<string> {
    for (const { names } of this.all.values()) yield* names
  }

  list(): EngineImage[] {
    return [...this.all.values()].map((image) => structuredClone(image))
  }

  has(name: string): boolean {
    return this.find(name) !== undefined
  }

  /** One that nobody looks into. */
  add(name: string): void {
    const digest = digestOf(Buffer.from(name))
    this.addImage({ id: digest, names: [name], diffIds: [digest] })
  }

  name(name: string, image: string): void {
    const found = this.find(name)
    if (!found) throw new Error(`No such image: ${name}`)
    if (found.names.includes(image)) return
    this.delete(image)
    found.names.push(image)
  }

  /** Takes the name; the image goes with its last one. */
  delete(name: string): void {
    const found = this.find(name)
    if (!found) return
    found.names = found.names.filter((it) => it !== name)
    if (found.names.length === 0) this.all.delete(found.id)
  }

  /** As after a repair of its store: it has the layers, and no longer knows what registries call them. */
  forgetDigests(): void {
    this.known.clear()
  }

  /** As an engine pulls: the config, and the layers that it does not know, each checked. */
  async pull(reference: string, { manifest, open }: ServedImage, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { config, layers } = JSON.parse(manifest.bytes.toString()) as ManifestBody
    const readBlob = async ({ digest, size }: Descriptor) => {
      const blob = await open(digest)
      if (blob?.sizeBytes !== size) throw new Error(`Could not pull ${reference}: blob unknown`)
      const pieces: Uint8Array[] = []
      for await (const piece of blob.read({ first: 0, last: size - 1 })) pieces.push(Uint8Array.from(piece))
      const bytes = Buffer.concat(pieces)
      if (digestOf(bytes) !== digest) throw new Error(`Could not pull ${reference}: digest mismatch`)
      return bytes
    }
    const bytes = await readBlob(config)
    const { rootfs } = JSON.parse(bytes.toString()) as { rootfs: { diff_ids: string[] } }
    for (const [at, layer] of layers.entries()) {
      if (this.hasChain(layers.slice(0, at + 1).map(({ digest }) => this.known.get(digest)))) continue
      const content = await readBlob(layer)
      const diffId = digestOf(isGzip(content) ? gunzipSync(content) : content)
      if (diffId !== rootfs.diff_ids[at]) throw new Error(`Could not pull ${reference}: wrong diff id`)
      this.known.set(layer.digest, diffId)
    }
    this.addImage({ id: config.digest, names: [reference], diffIds: rootfs.diff_ids })
  }

  private addImage(image: EngineImage): void {
    const known = this.all.get(image.id)
    for (const name of image.names) this.delete(name)
    this.all.set(image.id, { ...image, names: [...(known?.names ?? []), ...image.names] })
  }

  private find(name: string): EngineImage | undefined {
    return [...this.all.values()].find(({ names }) => names.includes(name))
  }

  private hasChain(diffIds: (string | undefined)[]): boolean {
    return [...this.all.values()].some((image) => diffIds.every((diffId, at) => image.diffIds[at] === diffId))
  }
}

interface Descriptor {
  digest: string
  size: number
}

interface ManifestBody {
  config: Descriptor
  layers: Descriptor[]
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
