import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImageFiles } from '../../../images/ports.js'
import { describeError } from '../../../errors.js'
import { makeTinyDisk } from '../../../testing/disks.js'
import { startDocker, type TestDocker } from '../../../testing/docker-engine.js'
import { layerTar, loadImage, type LayerFiles } from '../../../testing/layered-image.js'
import { DockerEngine } from '../docker-engine.js'
import { DockerImageOpener } from './docker-image-opener.js'
import { openImageFiles } from './open-image-files.js'

const deviceId = randomUUID()
// What comes last of it, behind whole pieces of 32 KB, is more than a page.
const large = randomBytes(9 * 1024 * 1024 + 10_000)
const longName = `long/${'name-'.repeat(30)}`

describe('the files of an image in the engine', () => {
  let engine: TestDocker
  let tempFolder: string
  let image: string

  beforeAll(async () => {
    tempFolder = await mkdtemp(join(tmpdir(), 'fsrc-'))
    engine = await startDocker()
    const layers: LayerFiles[] = [
      {
        'etc/base': 'base',
        'etc/changed': 'old',
        'etc/removed': 'gone',
        'app/former/file': 'hidden by a link',
        'app/data': 'hidden by a folder',
        'app/old/file': 'hidden by an emptied folder',
        'app/empty': '',
        [longName]: 'long',
        'app/large': large,
        'real/file': 'behind a link',
        'dev/random': { device: [1, 8] },
      },
      { 'etc/changed': 'new', 'etc/.wh.removed': '', 'app/former': { link: '../real' }, 'app/data/inner': 'inner' },
      { 'app/old/.wh..wh..opq': '', 'app/old/other': 'other', out: { link: '/' }, up: { link: '../../../../../..' } },
    ]
    image = (await loadImage(engine.docker, 'source:1', await Promise.all(layers.map(layerTar)))).id
  })
  afterAll(async () => {
    await engine.stop()
    await rm(tempFolder, { recursive: true })
  })

  describe.each([
    ['in its own folders', '/'],
    ['through the engine alone', undefined],
  ])('%s', (_name, root) => {
    let files: ImageFiles

    beforeEach(async () => {
      files = await openImageFiles(engine.docker, image, { deviceId, root, tempFolder })
    })
    afterEach(() => files.close())

    async function content(path: string): Promise<string> {
      const file = await files.openFile(path)
      const into = Buffer.alloc(file.sizeBytes + 10)
      const count = await file.read(into, 0)
      await file.close()
      expect(count).toBe(file.sizeBytes)
      return into.toString('latin1', 0, count)
    }

    it.each([
      ['etc/base', 'base'],
      ['etc/changed', 'new'],
      ['app/data/inner', 'inner'],
      ['app/old/other', 'other'],
      ['app/empty', ''],
      ['real/file', 'behind a link'],
      [longName, 'long'],
    ])('are those of the highest layer: %s', async (path, expected) => {
      expect(await content(path)).toBe(expected)
    })

    it.each([
      ...['etc/removed', 'etc/.wh.removed', 'app/former', 'app/data', 'dev/random', 'etc', 'nowhere/file'],
      // Of the machine that the test runs on.
      ...['out/proc/self/status', 'up/proc/self/status', '../../../../../../../../proc/self/status', ''],
    ])('are no others: %s', async (path) => {
      await expect(files.openFile(path)).rejects.toThrow()
    })

    it('are read from any place, also large ones', async () => {
      const file = await files.openFile('app/large')
      expect(file.sizeBytes).toBe(large.length)
      const into = Buffer.alloc(1000)
      for (const position of [8_500_000, 17, large.length - 400]) {
        const count = await file.read(into, position)
        expect(count).toBe(Math.min(1000, large.length - position))
        expect(into.subarray(0, count).equals(large.subarray(position, position + count))).toBe(true)
      }
      expect(await file.read(into, large.length + 5)).toBe(0)
      // What was written aside has no name.
      expect(await readdir(tempFolder)).toEqual([])
      await file.close()
    })

    it('leave nothing in the engine when they are closed', async () => {
      await files.close()
      expect(await engine.docker.listContainers({ all: true })).toEqual([])
    })
  })

  it('are read in its own folders without anything in the engine for it', async () => {
    const files = await openImageFiles(engine.docker, image, { deviceId, root: '/', tempFolder })
    await (await files.openFile('etc/base')).close()
    expect(await engine.docker.listContainers({ all: true })).toEqual([])
  })

  it('are read through the engine where its folders are out of reach', async () => {
    const files = await openImageFiles(engine.docker, image, { deviceId, root: '/nowhere', tempFolder })
    expect((await files.openFile('etc/base')).sizeBytes).toBe(4)
    await files.close()
  })

  it('are refused by a disk that takes all but the end of one', async () => {
    const disk = await makeTinyDisk(large.length - 1)
    const files = await openImageFiles(engine.docker, image, { deviceId, tempFolder: disk.path })
    const failure: unknown = await files.openFile('app/large').catch((error: unknown) => error)
    await files.close()
    await disk.remove()
    expect(describeError(failure)).toContain('ENOSPC')
  })

  it('are of no app in the plan, and gone after a crash', async () => {
    await openImageFiles(engine.docker, image, { deviceId, tempFolder })
    const another = await openImageFiles(engine.docker, image, { deviceId: randomUUID(), tempFolder })
    const opener = new DockerImageOpener(engine.docker, { deviceId, tempFolder })
    const { containers } = await new DockerEngine(deviceId, { socketPath: engine.socketPath }).observe([])
    expect(containers).toEqual([])
    const files = await opener.open(image)
    // The one that is open, and the other device's.
    expect(await engine.docker.listContainers({ all: true })).toHaveLength(2)
    await opener.clear()
    expect((await files.openFile('etc/base')).sizeBytes).toBe(4)
    await Promise.all([files.close(), another.close()])
    expect(await engine.docker.listContainers({ all: true })).toEqual([])
  })
})
