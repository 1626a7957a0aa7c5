import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unwrap } from '@flotilla/api-client'
import { BUNDLE_PORT } from '@flotilla/contracts'
import { run, waitFor } from '@flotilla/dev'
import { pageApp } from './testing/apps.js'
import { flotilla } from './testing/cli.js'
import { fetchLine, newestRelease, waitForLine, waitForRelease } from './testing/observe.js'
import { countFromRegistry, fromRegistry } from './testing/registry-traffic.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { startWorld, type Fleet, type World, type WorldDevice } from './testing/world.js'

const BULK = randomBytes(900_000).toString('base64')

/** A page, and so much beside it that a small change of it is worth a delta. */
function bulkyPage(line: string): Record<string, string> {
  const { Dockerfile = '', ...files } = pageApp(line)
  return { ...files, Dockerfile: Dockerfile.replace('COPY', 'COPY bulk.txt /\nCOPY'), 'bulk.txt': `${BULK}${line}` }
}

describe('a board without a link to the cloud', () => {
  let world: World
  let fleet: Fleet
  let app: Repository
  let device: WorldDevice
  let folder: string
  let share: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-e2e-bundles-'))
    share = join(folder, 'share')
    mkdirSync(share)
    world = await startWorld()
    fleet = await world.createFleet('far')
    const doors = {
      FLOTILLA_BUNDLE_FOLDERS: share,
      FLOTILLA_BUNDLE_PORT: String(BUNDLE_PORT),
      FLOTILLA_BUNDLE_USB: 'on',
    }
    device = await world.join(await world.addBoard({ hasSlots: true }), fleet, 'far-1', doors)
    app = await createRepository()
    await waitFor(async () => (await world.device(device.name)).activity === 'settled', {
      what: 'the board has joined, and knows that there is nothing to run yet',
    })
    // The cloud alone is out of its reach: whoever is beside the board is not.
    await cloudLink('-A')
    await countFromRegistry(world, device.board)
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  async function push(line: string) {
    await app.commit(bulkyPage(line))
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
    return newestRelease(world, fleet.id)
  }
  /** `-A` cuts it, `-D` joins it again. */
  async function cloudLink(change: '-A' | '-D'): Promise<void> {
    const ports = [world.stack.url, world.stack.registryUrl].map((url) => new URL(url).port).join(',')
    const match = ['-p', 'tcp', '-m', 'multiport', '--dports', ports, '-j', 'DROP']
    const inDevice = ['nsenter', `--net=${device.board.networkNamespace}`, '--', 'iptables', '-w'] as const
    await run(...inDevice, change, 'OUTPUT', '-o', 'eth0', ...match)
  }
  /** What of sticks the supervisor has mounted, where only it sees it. */
  function mountedSticks(): string[] {
    const mounts = readFileSync(`/proc/${device.supervisor.supervisor().pid}/mountinfo`, 'utf8').split('\n')
    return mounts.filter((line) => line.includes('/sticks/'))
  }
  const bundle = (...words: string[]) => flotilla(world, folder, 'bundle', ...words)
  const applied = async () => {
    const params = { path: { id: device.id }, query: { limit: 200 } }
    const { items } = await unwrap(world.api.GET('/api/v1/devices/{id}/events', { params }))
    return items.filter(({ kind }) => kind === 'bundle-applied').toReversed()
  }

  it('runs what bundles bring, by whichever way; the cloud learns of it when the link is back', async () => {
    const begun = Date.now()
    const first = await push('first')
    await bundle('create', 'default/far', '-o', 'first.flotilla')
    const sent = await bundle('apply', 'first.flotilla', '--board', device.board.address, '--wait')
    expect(sent).toContain(`far-1 runs ${first.version}.`)
    await waitForLine(device, 8000, 'first')

    const second = await push('second')
    await bundle('create', 'default/far', '-o', share)
    await waitForLine(device, 8000, 'second')

    const third = await push('third')
    const content = join(folder, 'content')
    mkdirSync(content)
    await bundle('create', 'default/far', '-o', content)
    await device.board.slots?.putIn('sda', content)
    await waitForLine(device, 8000, 'third')
    await waitFor(() => mountedSticks().length === 0, { what: 'the stick may be pulled' })
    device.board.slots?.pull('sda')
    expect(await fetchLine(device, 8000)).toBe('third')

    const fourth = await push('fourth')
    const words = ['--delta-from', third.version, '-o', 'small.flotilla']
    const made = await bundle('create', 'far-1', ...words)
    expect(made).toContain('The deltas for it are being made first.')
    expect(statSync(join(folder, 'small.flotilla')).size).toBeLessThan(40_000)
    await bundle('apply', 'small.flotilla', '--board', device.board.address, '--wait')
    expect(await fetchLine(device, 8000)).toBe('fourth')
    const ended = Date.now()
    expect(await applied()).toEqual([])

    await cloudLink('-D')
    await waitForRelease(world, device.name, fourth.version)
    await waitFor(async () => (await applied()).length === 4, { what: 'the cloud has learned of the bundles' })
    const events = await applied()
    expect(events.map(({ detail }) => [detail.way, detail.release])).toEqual([
      ['lan', first.version],
      ['folder', second.version],
      ['usb', third.version],
      ['lan', fourth.version],
    ])
    const times = events.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThan(begun)
    expect(times[3]).toBeLessThanOrEqual(ended)
    expect(await fromRegistry(device.board)).toBe(0)
  })
})
