import { randomBytes } from 'node:crypto'
import type { DeviceDownloadCost, ImageDeltaView, ReleaseDownloads, ReleaseView } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createFleet, type TestFleet } from '../testing/fleet.js'
import { Repository } from '../testing/repository.js'
import { Terminal } from '../testing/terminal.js'

const LINES = randomBytes(400_000).toString('base64')

describe('what a release costs', () => {
  const terminal = new Terminal()
  const repository = new Repository()
  let fleet: TestFleet
  let deviceId: string
  let first: string
  let second: string
  let draft: string

  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    const added = await fleet.addBoard()
    deviceId = added.deviceId
    first = await push({ Dockerfile: 'FROM scratch\nCOPY . /\n', data: LINES }, '--fleet', fleet.path)
    const { id } = await terminal.json<ReleaseView>('release', 'show', first, '--fleet', fleet.path)
    const transfers = { usedToday: 0, usedThisMonth: 0, remainingBytes: 50_000 }
    await added.board.report({ generation: 1, transfers, apps: { [fleet.id]: { releaseId: id, services: {} } } })
    second = await push({ data: `${LINES}one more line` })
    draft = await push({ data: `${LINES}one less line` }, '--branch', 'try-it')
  })
  afterAll(() => {
    repository.remove()
    terminal.close()
  })

  async function push(files: Record<string, string>, ...words: string[]): Promise<string> {
    const commit = repository.commit(files)
    const ran = await terminal.run(['push', ...words], { cwd: repository.folder })
    if (ran.status !== 0) throw new Error(ran.stderr)
    return commit
  }
  const deltas = (release: string) =>
    terminal.json<ImageDeltaView[]>('release', 'deltas', release, '--fleet', fleet.path)
  const readyDelta = (release: string) =>
    waitFor(async () => (await deltas(release)).find(({ state }) => state === 'ready'), { what: 'the delta is ready' })

  it('is told with the delta that the worker makes by itself, instead of the layers', async () => {
    const { sizeBytes = 0, plainBytes = 0 } = await readyDelta(second)
    expect(sizeBytes).toBeLessThan(plainBytes / 10)
    const shown = await terminal.ok('release', 'cost', second, '--fleet', fleet.path)
    expect(shown).toMatch(/^together +\S+ k?B instead of 4\d\d kB$/m)
    expect(shown).toMatch(/^deltas +1 ready$/m)
    expect(shown).toMatch(
      new RegExp(`^main +linux/arm64 +1-${first.slice(0, 7)} +1 +delta +\\S+ k?B +4\\d\\d kB +ready$`, 'm'),
    )
    const { totals } = await terminal.json<ReleaseDownloads>('release', 'cost', second, '--fleet', fleet.path)
    expect(totals).toMatchObject({ devices: 1, devicesWithAll: 0, bytes: sizeBytes, plainBytes })
    expect(await terminal.ok('release', 'deltas', second, '--fleet', fleet.path)).toMatch(
      new RegExp(`^main +linux/arm64 +1-${first.slice(0, 7)} +ready +\\S+ k?B +4\\d\\d kB`, 'm'),
    )
  })

  it('of one device comes with its budget', async () => {
    const shown = await terminal.ok('release', 'cost', draft, '--device', deviceId)
    expect(shown).toMatch(/^budget +50\.0 kB left: not enough$/m)
    expect(shown).toMatch(/^main +layers +4\d\d kB/m)
    const cost = await terminal.json<DeviceDownloadCost>('release', 'cost', second, '--device', deviceId)
    expect(cost).toMatchObject({ deviceId, budget: { fits: true }, images: [{ way: 'delta' }] })
  })

  it('of a draft falls when somebody has its deltas made', async () => {
    expect((await terminal.run(['release', 'deltas', draft, '--fleet', fleet.path])).stderr).toContain('make-deltas')
    const words = ['release', 'make-deltas', draft, '--from', first, '--fleet', fleet.path]
    expect(await terminal.ok(...words)).toContain('1 delta is waiting or being made.')
    await readyDelta(draft)
    expect(await terminal.ok(...words)).toContain('There is nothing to make.')
    expect(await terminal.ok('release', 'cost', draft, '--device', deviceId)).toMatch(/^budget .*: enough$/m)
  })
})
