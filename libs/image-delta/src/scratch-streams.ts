import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { STREAMS, type StreamName } from './delta-format.js'
import type { StreamSink } from './delta-streams.js'

/** The streams of a layer in files, before they are compressed. */
export class ScratchStreams implements StreamSink {
  private readonly files: Record<StreamName, { path: string; fd: number; sizeBytes: number }>

  constructor(folder: string, name: string) {
    const files = STREAMS.map((stream) => {
      const path = join(folder, `${name}.${stream}`)
      return [stream, { path, fd: openSync(path, 'w'), sizeBytes: 0 }] as const
    })
    this.files = Object.fromEntries(files) as ScratchStreams['files']
  }

  write(stream: StreamName, bytes: Uint8Array): void {
    const file = this.files[stream]
    for (let done = 0; done < bytes.length;) done += writeSync(file.fd, bytes, done)
    file.sizeBytes += bytes.length
  }

  file(stream: StreamName): { path: string; sizeBytes: number } {
    return this.files[stream]
  }

  close(): void {
    for (const { fd } of Object.values(this.files)) closeSync(fd)
  }
}
