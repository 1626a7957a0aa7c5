import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../processes/run.js'
import { ownPlatform, type BasePlatform } from './busybox.js'

const BINFMT = '/proc/sys/fs/binfmt_misc'

interface Emulator {
  program: string
  // The first 20 bytes of an ELF file of this architecture, and which of their bits matter.
  magic: string
  mask: string
}

const EMULATORS: Record<BasePlatform, Emulator> = {
  'linux/amd64': {
    program: '/usr/bin/qemu-x86_64-static',
    magic: '7f454c4602010100000000000000000002003e00',
    mask: 'fffffffffffefe00fffffffffffffffffeffffff',
  },
  'linux/arm64': {
    program: '/usr/bin/qemu-aarch64-static',
    magic: '7f454c460201010000000000000000000200b700',
    mask: 'ffffffffffffff00fffffffffffffffffeffffff',
  },
  'linux/arm/v7': {
    program: '/usr/bin/qemu-arm-static',
    magic: '7f454c4601010100000000000000000002002800',
    mask: 'ffffffffffffff00fffffffffffffffffeffffff',
  },
}

/** Whether this machine's kernel runs programs of `platform`, by itself or by an emulator that works in containers. */
export function runsPlatform(platform: BasePlatform): boolean {
  return platform === ownPlatform() || registered(EMULATORS[platform].magic) !== undefined
}

/**
 * Lets the kernel run programs of `platform` through qemu (Debian's package qemu-user-static), where it does not yet.
 * Gives a function that takes that back, or undefined where it cannot be done here.
 */
export async function enableEmulation(platform: BasePlatform): Promise<(() => void) | undefined> {
  if (runsPlatform(platform)) return () => undefined
  const { program, magic, mask } = EMULATORS[platform]
  if (!existsSync(program) || process.getuid?.() !== 0) return undefined
  try {
    if (!existsSync(join(BINFMT, 'register'))) await run('mount', '-t', 'binfmt_misc', 'binfmt_misc', BINFMT)
    const name = `flotilla-${platform.replaceAll('/', '-')}`
    // F: the kernel keeps the emulator open, so that containers need not hold it.
    writeFileSync(join(BINFMT, 'register'), `:${name}:M::${escaped(magic)}:${escaped(mask)}:${program}:F`)
    return () => writeFileSync(join(BINFMT, name), '-1')
  } catch {
    // Another run may have been faster.
    return runsPlatform(platform) ? () => undefined : undefined
  }
}

function registered(magic: string): string | undefined {
  if (!existsSync(BINFMT)) return undefined
  return readdirSync(BINFMT).find((name) => {
    if (name === 'register' || name === 'status') return false
    const entry = readFileSync(join(BINFMT, name), 'utf8')
    return entry.startsWith('enabled') && /^flags:.*F/m.test(entry) && entry.includes(`magic ${magic}`)
  })
}

function escaped(hex: string): string {
  return hex.replace(/../g, '\\x$&')
}
