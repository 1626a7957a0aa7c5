import { createHash } from 'node:crypto'
import { lutimesSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const SECONDS = 15

/**
 * Gives all of a folder the times of an installation that writes several folders at once, for some seconds from `start`
 * on: folder by folder others each time.
 */
export function setTimes(folder: string, start: string): void {
  const begin = Date.parse(start) / 1000
  const setBelow = (path: string) => {
    const first = createHash('sha256').update(start).update(path.slice(folder.length)).digest().readUInt16LE() % SECONDS
    readdirSync(path, { withFileTypes: true }).forEach((entry, at) => {
      const child = join(path, entry.name)
      if (entry.isDirectory()) setBelow(child)
      else setTime(child, begin + first + Math.floor(at / 100))
    })
    setTime(path, begin + first)
  }
  setBelow(folder)
}

function setTime(path: string, seconds: number): void {
  lutimesSync(path, seconds, seconds)
}
