import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { unwrap } from '@flotilla/api-client'
import type { DeviceCommandInput, UploadedSnapshot } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { runCommandIn } from './testing/containers.js'
import { newestRelease, waitForLine, waitForRelease } from './testing/observe.js'
import { createRepository, mustSucceed, type Repository } from './testing/repository.js'
import { startWorld, type Fleet, type World, type WorldDevice } from './testing/world.js'

const PORT = 8300

/** Serves what is in its volume, which it fills at its first start. */
function keepingApp(start: string): Record<string, string> {
  return {
    'docker-compose.yml': `
services:
  web:
    build: .
    init: true
    ports: ['${PORT}:8080']
    volumes: ['kept:/kept']
volumes:
  kept:
    labels: { io.flotilla.snapshot: 'true' }
`,
    Dockerfile: 'FROM flotilla/busybox:$TARGETARCH\nCOPY start.sh /start.sh\nCMD ["sh", "/start.sh"]\n',
    'start.sh': start,
  }
}

const SERVE = '[ -f /kept/index.html ] || echo first > /kept/index.html\nexec httpd -f -p 8080 -h /kept\n'
const SPOIL = 'echo spoilt > /kept/index.html\necho "cannot migrate" >&2\nexit 3\n'

describe('data that is kept', () => {
  let world: World
  let fleet: Fleet
  let app: Repository
  let device: WorldDevice

  beforeAll(async () => {
    world = await startWorld()
    fleet = await world.createFleet('keepers')
    const updatePolicy = { confirmSeconds: 5 }
    await unwrap(world.api.PATCH('/api/v1/fleets/{id}', { params: { path: { id: fleet.id } }, body: { updatePolicy } }))
    device = await world.join(await world.addBoard(), fleet, 'keeper-1')
    app = await createRepository()
    await push(SERVE)
    await waitForRelease(world, device.name, (await newestRelease(world, fleet.id)).version)
  })
  afterAll(async () => {
    app?.remove()
    await world?.stop()
  })

  async function push(start: string): Promise<void> {
    await app.commit(keepingApp(start))
    mustSucceed(await app.git('push', world.remote(fleet), 'main'))
  }

  const write = (line: string) => runCommandIn(device, 'web', ['sh', '-c', `echo ${line} > /kept/index.html`])
  const params = () => ({ path: { id: device.id } })
  const state = async () => (await unwrap(world.api.GET('/api/v1/devices/{id}/state', { params: params() }))).state
  const appState = async () => (await state()).apps?.[fleet.id]

  /** What came of it, once the device has done it. */
  async function ask(body: DeviceCommandInput): Promise<string> {
    const { id: commandId } = await unwrap(world.api.POST('/api/v1/devices/{id}/commands', { params: params(), body }))
    const path = { id: device.id, commandId }
    const ended = await waitFor(
      async () => {
        const seen = await unwrap(world.api.GET('/api/v1/devices/{id}/commands/{commandId}', { params: { path } }))
        return ['waiting', 'delivered'].includes(seen.state) ? undefined : seen
      },
      { what: `${body.kind} is done`, timeoutMs: 180_000 },
    )
    if (ended.state !== 'done') throw new Error(`${body.kind}: ${ended.state}: ${ended.detail}`)
    return ended.detail ?? ''
  }

  async function snapshot(): Promise<string> {
    const id = /manual-\S+-kept/.exec(await ask({ kind: 'create-snapshot' }))?.[0] ?? ''
    await waitFor(async () => (await appState())?.snapshots?.[id], { what: `${id} is reported` })
    return id
  }

  const uploaded = async (id: string): Promise<UploadedSnapshot | undefined> =>
    (await unwrap(world.api.GET('/api/v1/devices/{id}/snapshots', { params: params() }))).items.find(
      (it) => it.id === id,
    )

  it('is put back by hand', async () => {
    await waitForLine(device, PORT, 'first')
    await waitFor(async () => (await appState())?.confirmedReleaseId, { what: 'confirmed', timeoutMs: 180_000 })
    const id = await snapshot()
    expect((await appState())?.snapshots?.[id]).toMatchObject({ volume: 'kept', cause: 'manual', method: 'copy' })
    await write('second')
    await waitForLine(device, PORT, 'second')
    await ask({ kind: 'restore-snapshot', snapshotId: id })
    await waitForLine(device, PORT, 'first')
    // Somebody made it by hand, so it stays.
    expect((await appState())?.snapshots?.[id]).toBeDefined()
    await ask({ kind: 'remove-snapshot', snapshotId: id })
  })

  it('is back with the last good release when the next one has spoilt it', async () => {
    await write('precious')
    await push(SPOIL)
    const rejected = await waitFor(async () => (await appState())?.rejected, {
      what: 'the bad release is given up',
      timeoutMs: 180_000,
    })
    expect(rejected.services?.web).toMatchObject({ lastLines: expect.stringContaining('cannot migrate') })
    await waitForLine(device, PORT, 'precious')
    await waitFor(async () => Object.keys((await appState())?.snapshots ?? {}).length === 0, {
      what: 'the snapshot that is no longer needed is gone',
      timeoutMs: 180_000,
    })
  })

  it('goes to the control plane through a link that is cut, and comes back from there', async () => {
    await runCommandIn(device, 'web', ['sh', '-c', 'dd if=/dev/urandom of=/kept/noise bs=1M count=24'])
    const id = await snapshot()
    const before = device.board.link.traffic().sent
    await device.board.link.setRate(20_000)
    await ask({ kind: 'upload-snapshot', snapshotId: id })
    await waitFor(async () => ((await uploaded(id))?.receivedBytes ?? 0) > 4_000_000, { what: 'some of it has come' })
    await device.board.link.cut()
    const atCut = (await uploaded(id))?.receivedBytes ?? 0
    expect((await uploaded(id))?.status).toBe('uploading')
    await device.board.link.restore()
    const stored = await waitFor(
      async () => {
        const seen = await uploaded(id)
        return seen?.status === 'stored' ? seen : undefined
      },
      { what: 'all of it has come', timeoutMs: 180_000 },
    )
    expect(atCut).toBeLessThan(stored.receivedBytes)
    const sent = device.board.link.traffic().sent - before
    // What was on its way at the cut, and the heads of everything, come on top.
    expect(sent / stored.receivedBytes).toBeLessThan(1.15)
    await ask({ kind: 'remove-snapshot', snapshotId: id })
    await write('gone wrong')
    await waitForLine(device, PORT, 'gone wrong')
    await ask({ kind: 'restore-snapshot', snapshotId: id })
    await waitForLine(device, PORT, 'precious')
  })
})
