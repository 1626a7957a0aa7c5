import { createCipheriv, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeviceCommandBody, type SnapshotState, snapshotPieceLabel } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Board } from '../testing/board.js'
import { Door } from '../testing/door.js'
import { createFleet, type TestFleet, uniqueName } from '../testing/fleet.js'
import { Terminal } from '../testing/terminal.js'

const AT = '2026-11-20T12:00:00.000Z'
const ARCHIVE = randomBytes(3000)

describe('snapshot', () => {
  const terminal = new Terminal()
  const stopping = new AbortController()
  const done: DeviceCommandBody[] = []
  let meanwhile = async () => {}
  let fleet: TestFleet
  let board: Board
  let deviceId: string
  let obeying: Promise<void>
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    const added = await fleet.addBoard()
    board = added.board
    deviceId = added.deviceId
    await say({ one: { volume: 'data', at: AT, cause: 'manual', sizeBytes: 12_300_000 } })
    obeying = board.obey(carryOut, stopping.signal)
  })
  afterAll(async () => {
    stopping.abort()
    await obeying
    terminal.close()
  })

  const say = (snapshots: Record<string, SnapshotState>) =>
    board.report({ generation: 1, apps: { [fleet.id]: { services: {}, snapshots } } })

  async function carryOut(body: DeviceCommandBody) {
    done.push(body)
    await meanwhile()
    if (body.kind === 'create-snapshot') return { status: 'done' as const, detail: 'Made manual-2-data.' }
    if (body.kind === 'restore-snapshot') return { status: 'failed' as const, detail: 'An update is under way.' }
    if (body.kind !== 'upload-snapshot') return { status: 'done' as const }
    const upload = { appId: fleet.id, volume: 'data', at: AT, cause: 'manual' as const, sizeBytes: 12_300_000 }
    await board.upload(body.snapshotId, upload, sealed)
    return { status: 'done' as const, detail: `Uploading ${body.snapshotId}.` }
  }

  function sealed(key: Buffer): Buffer {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(snapshotPieceLabel(0, true)))
    return Buffer.concat([nonce, cipher.update(ARCHIVE), cipher.final(), cipher.getAuthTag()])
  }

  it('create has the device copy its volumes, and says what came of it', async () => {
    expect(await terminal.ok('snapshot', 'create', deviceId, '--volume', 'data')).toBe('Made manual-2-data.\n')
    expect(done.at(-1)).toEqual({ kind: 'create-snapshot', volume: 'data' })
  })

  it('create waits on where the server is away for a while', async () => {
    const { token } = await terminal.json<{ token: string }>('token', 'create', uniqueName('away'))
    const door = await Door.to(terminal.server.url)
    let isWaiting = false
    meanwhile = async () => {
      await waitFor(() => isWaiting, { what: 'the command waits for the device' })
      door.shut()
    }
    const env = { FLOTILLA_SERVER: door.url, FLOTILLA_TOKEN: token }
    const running = terminal.run(['snapshot', 'create', deviceId, '--volume', 'data'], {
      env,
      answers: [],
      interruptWhen: (printed) => {
        isWaiting ||= printed.includes('is at it')
        return false
      },
    })
    await waitFor(() => door.refused > 0, { what: 'the command has met nobody' })
    door.open()
    meanwhile = async () => {}
    expect(await running).toMatchObject({ status: 0, stdout: 'Made manual-2-data.\n' })
    door.close()
  })

  it('restore asks before harm, and tells why the device does not', async () => {
    const words = ['snapshot', 'restore', deviceId, 'one']
    const unasked = await terminal.run(words)
    expect([unasked.status, unasked.stderr]).toEqual([2, expect.stringContaining('What its volume holds now is lost')])
    expect(done.filter(({ kind }) => kind === 'restore-snapshot')).toEqual([])
    const ran = await terminal.run([...words, '--yes'])
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('An update is under way.')])
  })

  it('upload takes the newest one and waits until it has come; list, download and remove find it there', async () => {
    expect(await terminal.ok('snapshot', 'list', deviceId)).toMatch(/^one +data +\S.* +manual +12\.3 MB +device$/m)
    expect(await terminal.ok('snapshot', 'upload', deviceId)).toBe('Uploaded one: 3.0 kB.\n')
    expect(await terminal.ok('snapshot', 'list', deviceId)).toMatch(/device, control plane$/m)
    expect(await terminal.ok('snapshot', 'download', deviceId, 'one', '-o', 'saved.tgz')).toContain('saved.tgz')
    expect((await readFile(join(terminal.home, 'saved.tgz'))).equals(ARCHIVE)).toBe(true)
    expect(await terminal.ok('snapshot', 'remove', deviceId, 'one', '--uploaded', '--yes')).toContain('control plane')
    const listed = await terminal.json<{ uploaded?: unknown }[]>('snapshot', 'list', deviceId)
    expect(listed).toMatchObject([{ id: 'one', volume: 'data', onDevice: { cause: 'manual' } }])
    expect(listed[0]?.uploaded).toBeUndefined()
    const missing = await terminal.run(['snapshot', 'download', deviceId, 'one'])
    expect(missing.status).toBe(4)
  })

  it('remove has the device remove it', async () => {
    await terminal.ok('snapshot', 'remove', deviceId, 'one', '--yes')
    expect(done.at(-1)).toEqual({ kind: 'remove-snapshot', snapshotId: 'one' })
  })
})
