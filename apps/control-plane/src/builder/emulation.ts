import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Platform } from '@flotilla/contracts'

const BINFMT = '/proc/sys/fs/binfmt_misc'

// Emulators are registered under any name; what tells them apart is the program.
const EMULATORS: Record<Platform, string> = {
  'linux/amd64': 'qemu-x86_64',
  'linux/arm64': 'qemu-aarch64',
  'linux/arm/v7': 'qemu-arm',
  'linux/arm/v6': 'qemu-arm',
}

/** Engine architectures as `docker info` names them. */
const NATIVE: Record<string, Platform[]> = {
  x86_64: ['linux/amd64'],
  // 64-bit Arm cores of the Pi run 32-bit programs; where one does not, the build says so itself.
  aarch64: ['linux/arm64', 'linux/arm/v7', 'linux/arm/v6'],
  armv7l: ['linux/arm/v7', 'linux/arm/v6'],
  armv6l: ['linux/arm/v6'],
}

/** Whether this machine can run programs of the platform, by itself or by a registered emulator. */
export async function canRun(platform: Platform, engineArchitecture: string): Promise<boolean> {
  if (NATIVE[engineArchitecture]?.includes(platform)) return true
  const names = await readdir(BINFMT).catch(() => [])
  const entries = await Promise.all(names.map((name) => readFile(join(BINFMT, name), 'utf8').catch(() => '')))
  const interpreter = new RegExp(`/${EMULATORS[platform]}(-static)?$`, 'm')
  return entries.some((entry) => entry.startsWith('enabled') && interpreter.test(entry))
}

export function emulationAdvice(platform: Platform): string {
  return (
    `This builder cannot run programs for ${platform}: no emulator is registered. On the builder's machine run ` +
    '"apt-get install qemu-user-static binfmt-support", or add a builder of that architecture.'
  )
}
