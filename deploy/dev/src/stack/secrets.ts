import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A secret that is made once and kept in a file that only its owner can read. */
export function keptSecret(folder: string, name: string): string {
  const file = join(folder, 'secrets', name)
  if (!existsSync(file)) {
    mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 })
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  }
  return readFileSync(file, 'utf8').trim()
}
