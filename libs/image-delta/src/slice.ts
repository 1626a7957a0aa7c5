import { closeSync, openSync, readSync } from 'node:fs'

/** Some bytes of a file. */
export interface Slice {
  path: string
  start: number
  bytes: number
}

/** In one go: for threads that have nothing else to do. */
export function readSlice({ path, start, bytes }: Slice): Buffer {
  const content = Buffer.allocUnsafeSlow(bytes)
  const file = openSync(path, 'r')
  try {
    for (let done = 0; done < bytes;) {
      const count = readSync(file, content, done, bytes - done, start + done)
      if (count === 0) throw new Error(`${path} is shorter than it was.`)
      done += count
    }
  } finally {
    closeSync(file)
  }
  return content
}
