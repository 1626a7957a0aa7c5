import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** The tar out of a layer's blob, by the media type that its manifest says (Docker's and the OCI's). */
export async function* layerTar(mediaType: string, blob: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  if (/[.+]gzip$/.test(mediaType)) yield* gunzipped(blob)
  else if (/[.]tar$/.test(mediaType)) for await (const chunk of blob) yield asBuffer(chunk)
  else throw new Error(`Layers of the type ${mediaType} are not understood`)
}

async function* gunzipped(blob: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 })
  pipeline(Readable.from(blob), gunzip).catch((error: Error) => gunzip.destroy(error))
  for await (const chunk of gunzip) yield chunk as Buffer
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
