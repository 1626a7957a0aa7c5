import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { detectPlatform, LinuxHost } from './linux-host.js'
import { createLogger } from './logger.js'

describe('the board', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fhost-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  async function put(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }

  it('tells its serial number and kind from the device tree', async () => {
    await put('proc/device-tree/serial-number', '10000000e3f1a2b4\0')
    await put('proc/device-tree/compatible', 'raspberrypi,4-model-b\0brcm,bcm2711\0')
    const board = new LinuxHost({ root, architecture: 'arm64' }).board()
    expect(board).toMatchObject({
      platform: 'linux/arm64',
      serialNumber: '10000000e3f1a2b4',
      deviceType: 'raspberrypi,4-model-b',
      memoryBytes: expect.any(Number),
    })
  })

  it('tells its serial number from cpuinfo where there is no device tree', async () => {
    await put(
      'proc/cpuinfo',
      'processor\t: 0\nmodel name\t: ARMv6-compatible processor rev 7 (v6l)\n\nSerial\t\t: 00000000a1b2c3d4\n',
    )
    const board = new LinuxHost({ root, architecture: 'arm' }).board()
    expect(board).toMatchObject({ platform: 'linux/arm/v6', serialNumber: '00000000a1b2c3d4' })
  })

  it('makes nothing up', () => {
    const host = new LinuxHost({ root, architecture: 'x64' })
    expect(host.board()).toMatchObject({ platform: 'linux/amd64', serialNumber: undefined, deviceType: undefined })
    expect(host.facts()).toMatchObject({ os: undefined, bootId: undefined, kernel: expect.any(String) })
  })

  it('tells which of Nvidia’s systems it runs', async () => {
    await put('etc/nv_tegra_release', '# R32 (release), REVISION: 7.1, GCID: 29818004, BOARD: t210ref, EABI: aarch64\n')
    expect(new LinuxHost({ root, architecture: 'arm64' }).board()).toMatchObject({ l4tVersion: '32.7.1' })
  })

  it('takes no row of zeros for a serial number', async () => {
    await put('proc/cpuinfo', 'Serial\t\t: 0000000000000000\n')
    expect(new LinuxHost({ root, architecture: 'arm' }).board().serialNumber).toBeUndefined()
  })

  it('tells the host’s system where it has another root, and the boot as it sees it itself', async () => {
    const hostRoot = join(root, 'host')
    await put('etc/os-release', 'PRETTY_NAME="An image with Node"\n')
    await put('host/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    await put('proc/sys/kernel/random/boot_id', 'seen\n')
    await put('host/proc/sys/kernel/random/boot_id', 'through the first process\n')
    const facts = new LinuxHost({ root, hostRoot, architecture: 'x64' }).facts()
    expect(facts).toMatchObject({ os: 'Debian GNU/Linux 12 (bookworm)', bootId: 'seen' })
  })

  it('tells its system and boot', async () => {
    await put('etc/os-release', 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
    await put('proc/sys/kernel/random/boot_id', '2f0c1f7e-4a5b-4c57-9a2f-0c7b6e1d2a3b\n')
    const facts = new LinuxHost({ root, architecture: 'x64' }).facts()
    expect(facts).toMatchObject({
      os: 'Debian GNU/Linux 12 (bookworm)',
      bootId: '2f0c1f7e-4a5b-4c57-9a2f-0c7b6e1d2a3b',
    })
  })

  it('is of the platform that it is told to be', () => {
    expect(new LinuxHost({ root, architecture: 'arm64', platform: 'linux/arm/v7' }).board().platform).toBe(
      'linux/arm/v7',
    )
    expect(detectPlatform('arm', 'model name : ARMv7 Processor rev 3 (v7l)')).toBe('linux/arm/v7')
    expect(() => detectPlatform('mips', '')).toThrow()
  })
})

describe('the log', () => {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  beforeEach(() => void lines.splice(0))

  it('is JSON for machines, with the chain of causes of an error', () => {
    const error = new Error('Could not pull x', { cause: new Error('connection refused') })
    createLogger({ level: 'info', format: 'json', write }).warn('step failed', { service: 'web', error })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      message: 'step failed',
      service: 'web',
      error: 'Could not pull x: connection refused',
    })
  })

  it('is plain text for people', () => {
    createLogger({ level: 'info', format: 'pretty', write }).info('step done', {
      service: 'web',
      reason: 'its image changes',
    })
    expect(lines[0]).toMatch(/^\S+Z info  step done service=web reason="its image changes"\n$/)
  })

  it('leaves out what is below its level, and says which supervisor it is', () => {
    const log = createLogger({ level: 'warn', format: 'json', instance: 'demo', write })
    log.info('no')
    log.error('yes')
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ message: 'yes', instance: 'demo' }])
  })
})
