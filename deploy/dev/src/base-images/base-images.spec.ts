import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine, type RunningEngine } from '../engines/engine.js'
import { buildImage, runContainer } from '../testing/containers.js'
import { baseImageName, makeBaseImages } from './base-images.js'
import { BASE_PLATFORMS, fetchBusybox, ownPlatform } from './busybox.js'
import { enableEmulation, runsPlatform } from './emulation.js'

const FOREIGN = ownPlatform() === 'linux/arm64' ? 'linux/amd64' : 'linux/arm64'
// Lists of packages come from one of Debian's mirrors, which may be slow.
const MIRROR_MS = 600_000
const DOCKERFILE = 'FROM flotilla/busybox:$TARGETARCH\nRUN echo built > /built\nCMD ["cat", "/built"]\n'

describe('makeBaseImages', () => {
  let engine: RunningEngine

  beforeAll(async () => {
    engine = await startEngine()
    await makeBaseImages(engine.docker, BASE_PLATFORMS)
  }, MIRROR_MS)
  afterAll(() => engine.stop())

  it('makes an image per platform, in the same way each time', async () => {
    const own = await engine.docker.getImage(baseImageName(ownPlatform())).inspect()
    for (const platform of BASE_PLATFORMS) {
      const { Os, Architecture, Variant } = await engine.docker.getImage(baseImageName(platform)).inspect()
      expect([Os, Architecture, Variant].filter(Boolean).join('/')).toBe(platform)
    }
    await engine.docker.getImage(baseImageName(ownPlatform())).remove()
    await makeBaseImages(engine.docker)
    expect((await engine.docker.getImage(baseImageName(ownPlatform())).inspect()).Id).toBe(own.Id)
  })

  it('is found by a build without any registry', async () => {
    await buildImage(engine.docker, DOCKERFILE, { t: 'example:own', platform: ownPlatform() })
    expect(await runContainer(engine.docker, 'example:own', ['cat', '/built'])).toContain('built')
  })

  it('gives a build for another architecture the base of that architecture', async () => {
    const undo = await enableEmulation(FOREIGN)
    // Without the emulator's package there is nothing to run the build's steps with.
    expect(undo).toBeDefined()
    await buildImage(engine.docker, DOCKERFILE, { t: 'example:foreign', platform: FOREIGN })
    expect((await engine.docker.getImage('example:foreign').inspect()).Architecture).toBe(FOREIGN.split('/')[1])
    expect(await runContainer(engine.docker, 'example:foreign', ['uname', '-m'])).toMatch(/aarch64|x86_64/)
    undo?.()
  })
})

describe('fetchBusybox', () => {
  it(
    'takes the program of another architecture from Debian',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
      await fetchBusybox('linux/arm/v7', join(folder, 'busybox'))
      const program = readFileSync(join(folder, 'busybox'))
      expect(program.subarray(1, 4).toString()).toBe('ELF')
      // e_machine: ARM
      expect(program.readUInt16LE(18)).toBe(0x28)
      rmSync(folder, { recursive: true })
    },
    MIRROR_MS,
  )
})

it('knows that a machine runs its own programs', () => {
  expect(runsPlatform(ownPlatform())).toBe(true)
})
