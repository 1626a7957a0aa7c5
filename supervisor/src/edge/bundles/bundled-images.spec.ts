import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { TargetInput } from '@flotilla/contracts'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleFile } from '../../bundles/ports.js'
import { DeltaBoard, type PublishedImage } from '../../testing/delta-board.js'
import { eventually } from '../../testing/eventually.js'
import { layerTar, type LayerFiles } from '../../testing/layered-image.js'
import { app, service } from '../../testing/targets.js'

const DEADLINE_MS = 30_000
const busybox = readFileSync('/bin/busybox')
const library = randomBytes(1_000_000)

function version(number: number): LayerFiles[] {
  const code = Buffer.concat([library, Buffer.from(`version ${number}`)])
  return [{ 'bin/busybox': busybox }, { 'app/code': code }]
}

describe('a board that is alone, with a real engine', () => {
  let board: DeltaBoard
  // With layers, and with nothing but a delta from what that one brings.
  let whole: BundleFile
  let small: BundleFile
  const config = { command: ['/bin/busybox', 'sleep', '1000000'], stopGracePeriodMs: 0 }
  const running = (number: number, image: PublishedImage) => [app(number, { web: service(image, config) })]

  beforeAll(async () => {
    board = await DeltaBoard.start()
    board.cloud.policy = { confirmSeconds: 0, reserveBytes: 0 }
    const images: PublishedImage[] = []
    for (const number of [1, 2, 3]) {
      images.push(await board.publish('web', await Promise.all(version(number).map(layerTar))))
    }
    const [first, second, third] = images
    await board.startSupervisor()
    await eventually(() => expect(board.cloud.devices.size).toBe(1))
    board.cloud.deploy(board.cloud.device, running(1, first!))
    await settled(first!)
    const delta = await board.publishDelta(second!, third!)
    whole = await board.bundle(running(2, second!), await board.blobsOf(second!))
    const documents = (await board.blobsOf(third!)).filter(({ kind }) => kind !== 'layer')
    const blobs = [...documents, await board.deltaBlob(third!, delta)]
    small = await board.bundle(running(3, third!), blobs, { images: [], deltas: [delta] })
    await board.leaveAlone()
    answers.push({ file: whole, image: second! }, { file: small, image: third! })
  }, 60_000)
  afterAll(() => board.stop())

  const answers: { file: BundleFile; image: PublishedImage }[] = []
  const settled = (image: TargetInput['apps'][number]['services'][string]['image']) =>
    eventually(async () => {
      const containers = await board.engine.docker.listContainers({ all: true })
      const wanted = [`${image.repository}@${image.digest}`, 'running']
      expect(containers.map(({ Labels: labels, State: state }) => [labels['io.flotilla.image'], state])).toEqual([
        wanted,
      ])
    }, DEADLINE_MS)

  it.each([
    ['from a bundle, of which no layer is put on its disk', 0],
    ['from a bundle that has nothing but a delta', 1],
  ])(
    'is updated %s',
    async (_what, nth) => {
      const { file, image } = answers[nth]!
      const [before, questions] = [
        board.fetchedBytes,
        board.cloud.requests.filter((it) => it.includes('image-sources')),
      ]
      expect(await board.intake?.offer(file, 'folder')).toMatchObject({ accepted: true, isNew: true })
      await settled(image)
      await eventually(
        () => expect(board.intake?.status()[0]).toMatchObject({ state: 'done', isRunning: true }),
        DEADLINE_MS,
      )
      expect(board.fetchedBytes).toBe(before)
      expect(board.cloud.requests.filter((it) => it.includes('image-sources'))).toEqual(questions)
      expect(await readdir(join(board.folder, 'state/blobs'))).toEqual([])
      await board.intake?.withdraw(file.name)
    },
    60_000,
  )
})
