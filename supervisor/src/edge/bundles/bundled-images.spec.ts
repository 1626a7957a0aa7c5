import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleFile } from '../../bundles/ports.js'
import { DeltaBoard, type PublishedImage } from '../../testing/delta-board.js'
import { eventually } from '../../testing/eventually.js'
import { layerTar, type LayerFiles } from '../../testing/layered-image.js'
import { app, service } from '../../testing/targets.js'

const busybox = readFileSync('/bin/busybox')
const library = randomBytes(1_000_000)

function version(number: number): LayerFiles[] {
  const code = Buffer.concat([library, Buffer.from(`version ${number}`)])
  return [{ 'bin/busybox': busybox }, { 'app/code': code }]
}

describe('a board with a real engine', () => {
  let board: DeltaBoard
  const images: PublishedImage[] = []
  const config = { command: ['/bin/busybox', 'sleep', '1000000'], stopGracePeriodMs: 0 }
  const running = (nth: number) => [app(nth + 1, { web: service(images[nth]!, config) })]

  beforeAll(async () => {
    board = await DeltaBoard.start()
    board.cloud.policy = { confirmSeconds: 0, reserveBytes: 0 }
    for (const nth of [0, 1, 2, 3]) {
      images.push(await board.publish('web', await Promise.all(version(nth).map(layerTar))))
    }
    await board.startSupervisor()
    await eventually(() => expect(board.cloud.devices.size).toBe(1))
    board.cloud.deploy(board.cloud.device, running(0))
    await settled(0)
  })
  afterAll(() => board.stop())

  const settled = (nth: number) =>
    eventually(async () => {
      const containers = await board.engine.docker.listContainers({ all: true })
      const wanted = [`${images[nth]!.repository}@${images[nth]!.digest}`, 'running']
      expect(containers.map(({ Labels: labels, State: state }) => [labels['io.flotilla.image'], state])).toEqual([
        wanted,
      ])
    })
  const bundleOf = async (nth: number) => board.bundle(running(nth), await board.blobsOf(images[nth]!))

  it('goes on over the link where a stick is pulled out while the engine reads from it', async () => {
    const file = await bundleOf(1)
    let [largeReads, isPulled] = [0, false]
    const stick: BundleFile = {
      ...file,
      read: async function* (range, signal) {
        // Once to find out whether it is right, and then for the engine.
        if (range.last - range.first > library.length) largeReads++
        for await (const piece of file.read(range, signal)) {
          if (largeReads === 2) {
            isPulled = true
            void board.intake?.withdraw(file.name)
            throw new Error('EIO: i/o error, read')
          }
          yield piece
        }
      },
    }
    const before = board.fetchedBytes
    expect(await board.intake?.offer(stick, 'usb')).toMatchObject({ accepted: true })
    await settled(1)
    expect(isPulled).toBe(true)
    expect(board.fetchedBytes - before).toBeGreaterThan(library.length)
  })

  describe('that is alone', () => {
    const files: BundleFile[] = []
    beforeAll(async () => {
      const delta = await board.publishDelta(images[2]!, images[3]!)
      files.push(await bundleOf(2))
      // Nothing but a delta from what the first one brings.
      const documents = (await board.blobsOf(images[3]!)).filter(({ kind }) => kind !== 'layer')
      const blobs = [...documents, await board.deltaBlob(images[3]!, delta)]
      files.push(await board.bundle(running(3), blobs, { images: [], deltas: [delta] }))
      await board.leaveAlone()
    })

    it.each([
      ['by a bundle, of which no layer is put on its disk', 0],
      ['by a bundle that has nothing but a delta', 1],
    ])('is updated %s', async (_what, nth) => {
      const file = files[nth]!
      const questions = () => board.cloud.requests.filter((request) => request.includes('image-sources'))
      const [before, asked] = [board.fetchedBytes, questions()]
      expect(await board.intake?.offer(file, 'folder')).toMatchObject({ accepted: true, isNew: true })
      await settled(nth + 2)
      const state = () => board.intake?.status()[0]
      await eventually(() => expect(state()).toMatchObject({ state: 'done', isRunning: true }))
      expect(board.fetchedBytes).toBe(before)
      expect(questions()).toEqual(asked)
      expect(await readdir(join(board.folder, 'state/blobs'))).toEqual([])
      await board.intake?.withdraw(file.name)
    })
  })
})
