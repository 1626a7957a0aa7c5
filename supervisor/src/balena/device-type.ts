import type { Platform } from '@flotilla/contracts'

const ARCHITECTURES: Record<Platform, string> = {
  'linux/amd64': 'amd64',
  'linux/arm64': 'aarch64',
  'linux/arm/v7': 'armv7hf',
  'linux/arm/v6': 'rpi',
}

// By the beginning of the device tree's name; 64-bit systems have names of their own.
const BOARDS: [string, string, string][] = [
  ['raspberrypi,5', 'raspberrypi5', 'raspberrypi5'],
  ['raspberrypi,4', 'raspberrypi4-64', 'raspberrypi3'],
  ['raspberrypi,400', 'raspberrypi400-64', 'raspberrypi400-64'],
  ['raspberrypi,3', 'raspberrypi3-64', 'raspberrypi3'],
  ['raspberrypi,2', 'raspberrypi2', 'raspberry-pi2'],
  ['raspberrypi,model-zero-2', 'raspberrypi0-2w-64', 'raspberrypi3'],
  ['raspberrypi', 'raspberrypi3-64', 'raspberry-pi'],
]

/** As balena calls them: aarch64, armv7hf, rpi. */
export function balenaArchitecture(platform: Platform): string {
  return ARCHITECTURES[platform]
}

/** As balena calls boards: raspberrypi4-64, generic-amd64. `name` is the first of the device tree's. */
export function balenaDeviceType({
  platform,
  deviceType: name = '',
}: {
  platform: Platform
  deviceType?: string
}): string {
  const is64 = platform === 'linux/arm64'
  const board = BOARDS.filter(([prefix]) => name.startsWith(prefix)).sort(([a], [b]) => b.length - a.length)[0]
  if (board) return is64 ? board[1] : board[2]
  return is64 ? 'generic-aarch64' : `generic-${balenaArchitecture(platform)}`
}
