import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The demo device's id, as its containers are labelled; kept, since the control plane may not run when it is needed. */
export function readDeviceId(home: string): string | undefined {
  const file = fileIn(home)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

export function writeDeviceId(home: string, deviceId: string): void {
  writeFileSync(fileIn(home), deviceId)
}

function fileIn(home: string): string {
  return join(home, 'device-id')
}
