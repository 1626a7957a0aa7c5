/*
 * What the supervisor can tell about its board, read from /proc and /etc. Nothing here is needed to run an app: a
 * board that does not say stays unnamed.
 */
import { PlatformSchema, type Platform } from '@flotilla/contracts'
import { readFileSync } from 'node:fs'
import { networkInterfaces, release, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Host } from '../../ports.js'

export interface LinuxHostOptions {
  // Where /proc is; another root in tests.
  root?: string
  // The host's own root folder, with its /etc; absent: `root`. What the kernel says is the same in both.
  hostRoot?: string
  architecture?: NodeJS.Architecture
  // Overrides what was detected: a 32-bit system on a 64-bit kernel, say.
  platform?: Platform
}

export class LinuxHost implements Host {
  private readonly root: string
  private readonly hostRoot: string
  private readonly description: ReturnType<Host['board']>

  constructor(options: LinuxHostOptions = {}) {
    this.root = options.root ?? '/'
    this.hostRoot = options.hostRoot ?? this.root
    this.description = {
      platform: options.platform ?? detectPlatform(options.architecture ?? process.arch, this.read('proc/cpuinfo')),
      serialNumber: this.serialNumber(),
      deviceType: this.deviceType(),
      memoryBytes: totalmem(),
      l4tVersion: this.l4tVersion(),
    }
  }

  board() {
    return this.description
  }

  facts() {
    return {
      os: /^PRETTY_NAME="?([^"\n]+)/m.exec(this.read('etc/os-release', this.hostRoot))?.[1],
      kernel: release(),
      addresses: addresses(),
      bootId: this.read('proc/sys/kernel/random/boot_id') || undefined,
    }
  }

  private serialNumber(): string | undefined {
    const serial =
      this.read('proc/device-tree/serial-number') || /^Serial\s*:\s*(\S+)/m.exec(this.read('proc/cpuinfo'))?.[1]
    // Boards without one say zeros.
    return serial && !/^0+$/.test(serial) ? serial.slice(0, 128) : undefined
  }

  /** The first of the device tree's names, "raspberrypi,4-model-b": the makers keep those stable. */
  private deviceType(): string | undefined {
    return this.read('proc/device-tree/compatible').split('\0')[0]?.slice(0, 128) || undefined
  }

  /** `# R32 (release), REVISION: 7.1, …`, and in balenaOS a part of the kernel's name. */
  private l4tVersion(): string | undefined {
    const [, major, minor] =
      /^# R(\d+) \(release\), REVISION: ([\d.]+)/.exec(this.read('etc/nv_tegra_release', this.hostRoot)) ??
      /-l4t-r(\d+)\.([\d.]*\d)/.exec(release()) ??
      []
    return major === undefined ? undefined : `${major}.${minor}`
  }

  /** The text of a file, without the NUL that device-tree strings end in; empty where there is none. */
  private read(path: string, root = this.root): string {
    try {
      return readFileSync(join(root, path), 'utf8').replace(/\0$/, '').trim()
    } catch {
      return ''
    }
  }
}

/** In OCI notation. Node says `arm` for ARMv6 and v7 alike; a Pi Zero tells itself apart in cpuinfo. */
export function detectPlatform(architecture: NodeJS.Architecture, cpuinfo: string): Platform {
  if (architecture === 'x64') return 'linux/amd64'
  if (architecture === 'arm') return /^model name\s*:\s*ARMv6/m.test(cpuinfo) ? 'linux/arm/v6' : 'linux/arm/v7'
  return PlatformSchema.parse(`linux/${architecture}`)
}

/** Sorted, so that an unchanged board reports an unchanged text. Container bridges are not what people look for. */
function addresses(): string {
  const all = Object.entries(networkInterfaces()).filter(([name]) => !/^(docker|br-|veth)/.test(name))
  const own = all
    .flatMap(([, list]) => list ?? [])
    .filter((address) => !address.internal && !isLinkLocal(address.address))
  return own
    .map(({ address }) => address)
    .sort()
    .join(' ')
}

function isLinkLocal(address: string): boolean {
  return /^(fe80:|169\.254\.)/i.test(address)
}
