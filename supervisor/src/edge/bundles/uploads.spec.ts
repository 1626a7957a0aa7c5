import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '../../testing/eventually.js'
import { bundleText } from '../../testing/recorded-intake.js'
import { answerTo, UploadScene } from '../../testing/upload-scene.js'

const DAY = 24 * 3600_000
const MB = 1024 * 1024

describe('a bundle that is sent to a board', () => {
  let scene: UploadScene
  let file: Buffer
  beforeEach(async () => {
    file = bundleText({ sizeBytes: 3 * MB + 17 })
    scene = await UploadScene.start()
    await eventually(async () => (await scene.post(file, [0, 99_999])).status === 200)
  })
  afterEach(() => scene.stop())

  const name = () => scene.intake.offered[0] ?? ''
  const received = async () => (await scene.board()).upload?.receivedBytes

  it('comes in pieces, is offered when it is whole, and goes when the board has what it needs of it', async () => {
    const second = await scene.post(file, [100_000, MB])
    expect(second).toMatchObject({ status: 200, body: { upload: { receivedBytes: MB + 1, isReceiving: false } } })
    expect(second.body.accepted).toBeUndefined()
    expect(scene.intake.offered).toEqual([])
    const { status, body } = await scene.post(file, [MB + 1])
    expect({ status, accepted: body.accepted }).toMatchObject({ status: 200, accepted: { isNew: true, generation: 2 } })
    expect(name()).toMatch(/^für die Dächer\.flotilla \(sent, [0-9a-f]{8}\)$/)
    expect(body.upload).toMatchObject({ id: 'mine', name: name(), receivedBytes: file.length })
    expect((await scene.intake.read(name())).equals(file)).toBe(true)
    expect((await scene.board()).bundles).toMatchObject([{ name: name(), way: 'lan', state: 'bringing' }])
    expect(await scene.files()).toHaveLength(1)
    scene.intake.finish(name())
    await eventually(async () => (await scene.files()).length === 0)
    expect((await scene.board()).upload).toBeUndefined()
    expect(scene.intake.withdrawn).toEqual([name()])
  })

  it('goes on at the byte where the connection broke', async () => {
    const broken = scene.begin(file, 100_000, file.subarray(100_000, MB))
    await eventually(async () => (await received()) === MB)
    expect((await scene.board()).upload).toMatchObject({ isReceiving: true })
    broken.destroy()
    await eventually(async () => (await scene.board()).upload?.isReceiving === false)
    expect(await scene.post(file, [100_000])).toMatchObject({
      ...{ status: 409, body: { code: 'wrong-offset', upload: { receivedBytes: MB } } },
    })
    expect(await scene.post(file, [MB])).toMatchObject({ status: 200, body: { accepted: {} } })
    expect((await scene.intake.read(name())).equals(file)).toBe(true)
  })

  it('goes on after the supervisor was killed, at a byte that was safely on the disk', async () => {
    scene.begin(file, 100_000, file.subarray(100_000, 2 * MB))
    await eventually(async () => (await received()) === 2 * MB)
    await scene.restart({ isKilled: true })
    await eventually(async () => (await received()) === 100_000)
    expect(await scene.post(file, [100_000])).toMatchObject({ status: 200, body: { accepted: {} } })
    expect((await scene.intake.read(name())).equals(file)).toBe(true)
  })

  it('is offered again at each start until the board is done with it', async () => {
    await scene.post(file, [100_000])
    const first = name()
    await scene.restart()
    await eventually(() => scene.intake.offered.length === 1)
    expect(name()).toBe(first)
    expect((await scene.intake.read(first)).equals(file)).toBe(true)
    scene.intake.finish(first)
    await eventually(async () => (await scene.files()).length === 0)
    await scene.restart()
    await eventually(async () => (await scene.post(file, [0, 10])).status === 200)
    expect(scene.intake.offered).toEqual([])
  })

  it('goes after a day, whole or not', async () => {
    await scene.clock.advance(DAY - 3600_000)
    expect(await scene.files()).toHaveLength(1)
    await scene.clock.advance(2 * 3600_000)
    await eventually(async () => (await scene.files()).length === 0)
    await scene.post(file)
    await scene.clock.advance(DAY + 3600_000)
    await eventually(async () => (await scene.files()).length === 0)
    expect(scene.intake.withdrawn).toEqual([name()])
  })

  it('is refused as soon as it is known that it is not for this board, with the reason, and told of', async () => {
    const other = bundleText({ code: 'not-for-this-board', sizeBytes: 20 * MB })
    const asking = scene.begin(other, 0, other.subarray(0, MB))
    asking.write(other.subarray(MB, 2 * MB))
    expect(await answerTo(asking)).toMatchObject({
      ...{ status: 422, body: { code: 'not-for-this-board', detail: 'It says not-for-this-board.' } },
    })
    expect(scene.intake.offered).toHaveLength(1)
    expect(await scene.files()).toEqual([])
    expect(await scene.post(other, [2 * MB, 3 * MB])).toMatchObject({ status: 409, body: { code: 'wrong-offset' } })
  })

  it('answers whoever sends all of it at once before it was read to its end', async () => {
    const other = bundleText({ code: 'older-generation', sizeBytes: 12 * MB })
    expect(await scene.post(other, [0], { 'content-range': '' })).toMatchObject({
      status: 422,
      body: { code: 'older-generation' },
    })
    expect(await scene.post(file)).toMatchObject({ status: 200, body: { accepted: {} } })
  })

  it('is nothing to tell of where anybody could have made it up', async () => {
    for (const code of ['bad-signature', 'unknown-key'] as const) {
      expect(await scene.post(bundleText({ code }))).toMatchObject({ status: 422, body: { code } })
    }
    expect(await scene.post(Buffer.from('no bundle'))).toMatchObject({ status: 422, body: { code: 'not-a-bundle' } })
    expect(scene.intake.offered).toEqual([])
    expect(await scene.files()).toEqual([])
  })

  it('comes alone: whoever sends another one meanwhile is told, and what is on its way is not disturbed', async () => {
    const slow = scene.begin(file, 100_000, file.subarray(100_000, MB))
    await eventually(async () => (await received()) === MB)
    expect(await scene.post(file, [0], { 'flotilla-upload': 'other' })).toMatchObject({
      ...{ status: 409, body: { code: 'busy', upload: { id: 'mine', isReceiving: true } } },
    })
    slow.end(file.subarray(MB))
    expect(await answerTo(slow)).toMatchObject({ status: 200, body: { accepted: {} } })
    const next = bundleText({ createdAt: '2026-11-22T07:00:00.000Z' })
    const former = name()
    expect(await scene.post(next, [0], { 'flotilla-upload': 'other' })).toMatchObject({ status: 200 })
    expect(scene.intake.withdrawn).toEqual([former])
    expect(await scene.files()).toHaveLength(1)
  })

  it('has to fit on the disk, and leave room there', async () => {
    const { mostBytes } = await scene.board()
    expect(mostBytes).toBe(1e9 - 64 * MB + 100_000)
    scene.freeBytes = 64 * MB + file.length - 1
    const refused = await scene.post(file, [0], { 'flotilla-upload': 'other' })
    expect(refused).toMatchObject({ status: 507, body: { code: 'no-room' } })
    expect(await scene.files()).toEqual([])
    scene.freeBytes = 64 * MB + file.length
    expect(await scene.post(file)).toMatchObject({ status: 200 })
  })

  it.each([
    ['content-type', 'multipart/form-data', 415, 'not-binary'],
    ['content-range', 'bytes 0-5/3', 400, 'bad-upload'],
    ['content-range', 'bytes 5-1/*', 400, 'bad-upload'],
    ['flotilla-upload', '../../etc', 400, 'bad-upload'],
    ['transfer-encoding', 'chunked', 411, 'length-required'],
  ])('says what is wrong with %s: %s', async (header, value, status, code) => {
    const chunked = header === 'transfer-encoding' ? { 'content-length': '' } : {}
    const answer = await scene.post(file, [100_000], { [header]: value, ...chunked })
    expect(answer).toMatchObject({ status, body: { code } })
    expect(await received()).toBe(100_000)
  })

  it('has a name that is safe to show, whatever it is called', async () => {
    const headers = { 'flotilla-bundle-file': '..%2F<b>\\nWeather%', 'flotilla-upload': 'other' }
    await scene.post(file, [0], headers)
    expect(name()).toMatch(/^\.\._2F_b__nWeather_ \(sent/)
  })
})
