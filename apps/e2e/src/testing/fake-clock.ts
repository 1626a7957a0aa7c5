import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The clock of a program, by Debian's package faketime. Durations are not touched. */
export interface FakeClock {
  /** For the program's start. */
  environment: Record<string, string>
  /** From now on it is `time` for the program, `2001-02-03 04:05:06`, and goes on from there. */
  set(time: string): void
  remove(): void
}

export function createFakeClock(): FakeClock {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-clock-'))
  const file = join(folder, 'time')
  writeFileSync(file, '+0')
  const environment = {
    LD_PRELOAD: library(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
  return {
    environment,
    set: (time) => writeFileSync(file, `@${time}`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function library(): string {
  const candidates = readdirSync('/usr/lib').map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
  const found = candidates.find((path) => existsSync(path))
  if (!found) throw new Error('There is no libfaketime here. Install Debian\'s package "faketime".')
  return found
}
