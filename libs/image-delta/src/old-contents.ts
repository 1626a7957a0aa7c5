import { DeltaError } from './delta-error.js'
import type { DeltaSource } from './delta-source.js'
import { isPlain } from './merged-view.js'
import type { SourceFile } from './source-file.js'

const WINDOW = 16 * 1024
const WINDOWS = 16

export async function openOldFile(source: DeltaSource, path: string, sizeBytes: number): Promise<SourceFile> {
  if (!isPlain(path)) throw new DeltaError('A delta names a file that cannot be.')
  const file = await source.openFile(path)
  if (file.sizeBytes === sizeBytes) return file
  await file.close()
  throw new DeltaError(`${path} has another length than in the image.`)
}

interface Window {
  buffer: Buffer
  start: number
  end: number
}

/**
 * Old files, one behind the other, read at random. Most copies are short and near to the last ones, so some windows of
 * the files are kept.
 */
export class OldContents {
  private readonly files: SourceFile[] = []
  /** The one last used comes first. */
  private windows: Window[] = []
  private sizeBytes = 0

  add(file: SourceFile): void {
    this.files.push(file)
    this.sizeBytes += file.sizeBytes
  }

  /** Copies what a window has of `position` and on; gives how many bytes: at 0, load. */
  take(into: Buffer, range: { start: number; end: number }, position: number): number {
    const window = this.windowWith(position)
    if (!window) return 0
    const from = position - window.start
    const most = Math.min(range.end - range.start, window.end - position)
    return window.buffer.copy(into, range.start, from, from + most)
  }

  private windowWith(position: number): Window | undefined {
    const { windows } = this
    for (let at = 0; at < windows.length; at += 1) {
      const window = windows[at]
      if (!window || position < window.start || position >= window.end) continue
      if (at > 0) {
        windows.splice(at, 1)
        windows.unshift(window)
      }
      return window
    }
    return undefined
  }

  /** A window has `position` and what is around it. */
  async load(position: number): Promise<void> {
    if (position >= this.sizeBytes) throw new DeltaError('A delta copies from behind the end of a file.')
    // Code moves back and forth by little.
    const start = Math.max(0, position - WINDOW / 4)
    const isFull = this.windows.length >= WINDOWS
    const window = (isFull && this.windows.pop()) || { buffer: Buffer.allocUnsafeSlow(WINDOW), start: 0, end: 0 }
    window.start = start
    window.end = start
    this.windows.unshift(window)
    const length = Math.min(WINDOW, this.sizeBytes - start)
    await this.read(window.buffer.subarray(0, length), start)
    window.end = start + length
  }

  /** Reads past the windows. */
  async read(into: Buffer, position: number): Promise<void> {
    let done = 0
    let start = 0
    for (const file of this.files) {
      const end = start + file.sizeBytes
      while (done < into.length && position + done < end) {
        const most = Math.min(into.length - done, end - position - done)
        const count = await file.read(into.subarray(done, done + most), position + done - start)
        if (count <= 0) throw new DeltaError('A file of the old image is too short.')
        done += count
      }
      start = end
    }
    if (done < into.length) throw new DeltaError('A delta copies from behind the end of a file.')
  }

  async close(): Promise<void> {
    for (const window of this.windows) window.start = window.end = 0
    this.sizeBytes = 0
    for (const file of this.files.splice(0)) await file.close()
  }
}
