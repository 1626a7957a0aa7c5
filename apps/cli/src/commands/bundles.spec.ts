import { randomBytes } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BUNDLE_PIECE_BYTES, type Bundle, type ReleaseView } from '@flotilla/contracts'
import { waitFor } from '@flotilla/dev'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { DoorBoard } from '../testing/board-door.js'
import type { Board } from '../testing/board.js'
import { Door } from '../testing/door.js'
import { createFleet, type TestFleet, uniqueName } from '../testing/fleet.js'
import { Repository } from '../testing/repository.js'
import { Terminal } from '../testing/terminal.js'

const LINES = randomBytes(2_000_000).toString('base64')

type Shown = Bundle & { sizeBytes: number; targets: { generation: number }[] }

describe('bundle', () => {
  const terminal = new Terminal()
  const repository = new Repository()
  let fleet: TestFleet
  let board: Board
  let name: string
  let first: string
  let second: string
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    name = fleet.path.split('/')[1]!
    const added = await fleet.addBoard({ name: 'roof' })
    board = added.board
    first = await push({ Dockerfile: 'FROM scratch\nCOPY . /\n', data: LINES }, '--fleet', fleet.path)
    const { id } = await terminal.json<ReleaseView>('release', 'show', first, '--fleet', fleet.path)
    await board.report({ generation: 1, apps: { [fleet.id]: { releaseId: id, services: {} } } })
    second = await push({ data: `${LINES}one more line` })
  })
  afterAll(() => {
    repository.remove()
    terminal.close()
  })

  async function push(files: Record<string, string>, ...words: string[]): Promise<string> {
    repository.commit(files)
    const ran = await terminal.run(['push', ...words], { cwd: repository.folder })
    if (ran.status !== 0) throw new Error(ran.stderr)
    const [newest] = await terminal.json<ReleaseView[]>('release', 'list', fleet.path)
    return newest!.version
  }
  const create = (...words: string[]) => terminal.run(['bundle', 'create', fleet.path, ...words])
  const at = (file: string) => join(terminal.home, file)

  it('create saves what the fleet is to run; show checks it and says what it is', async () => {
    const created = await create()
    const file = `${name}-${second}.flotilla`
    expect(created.stdout).toMatch(/^Saved 2-\S+ for 1 board in \S+\.flotilla: \d+\.\d MB\.\n$/)
    const shown = await terminal.ok('bundle', 'show', file)
    expect(shown).toMatch(new RegExp(`^release +${second}$`, 'm'))
    expect(shown).toMatch(new RegExp(`^roof +${board.uuid} +\\d+$`, 'm'))
    const { release, targets, sizeBytes } = await terminal.json<Shown>('bundle', 'show', file)
    expect([release.version, targets[0]?.generation]).toEqual([second, expect.any(Number)])
    expect((await stat(at(file))).size).toBe(sizeBytes)
    const listed = execFileSync('tar', ['-tf', at(file)], { encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(listed.slice(0, 2)).toEqual(['bundle.json', `targets/${board.uuid}.json`])
    expect((await stat(at(file))).mode & 0o077).toBe(0)
  })

  it('create replaces no file unless told to, and writes into a folder under its usual name', async () => {
    await writeFile(at('mine'), 'precious')
    const refused = await create('-o', 'mine')
    expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining('--force')])
    expect(await readFile(at('mine'), 'utf8')).toBe('precious')
    expect((await create('-o', 'mine', '--force')).status).toBe(0)
    const astray = await create('-o', 'no-such-folder/mine')
    expect([astray.status, astray.stderr]).toEqual([1, expect.stringContaining('The disk refused it: ENOENT: ')])
    expect((await stat(at('mine'))).size).toBeGreaterThan(1_000_000)
    execFileSync('mkdir', [at('stick')])
    expect((await create('-o', 'stick')).status).toBe(0)
    expect(await readdir(at('stick'))).toEqual([`${name}-${second}.flotilla`])
  })

  it('create that was interrupted goes on, and shows how far it is', async () => {
    const words = ['bundle', 'create', fleet.path, '-o', 'broken.flotilla']
    const stopped = await terminal.run(words, {
      answers: [],
      interruptWhen: (printed) => /Fetching: .* of /.test(printed),
    })
    expect(stopped.status).toBe(130)
    await expect(stat(at('broken.flotilla'))).rejects.toThrow('ENOENT')
    const begun = await readFile(at('broken.flotilla.part'))
    const { status } = await terminal.run(words)
    const whole = await readFile(at('broken.flotilla'))
    expect([status, whole.subarray(0, begun.length).equals(begun)]).toEqual([0, true])
    expect(whole.length).toBeGreaterThan(begun.length)
    await terminal.ok('bundle', 'show', 'broken.flotilla')
  })

  it('create says why there is nothing to put in, and which devices are left out', async () => {
    const none = await create('--release', first)
    expect([none.status, none.stderr]).toEqual([5, expect.stringContaining(`roof: It is to run ${second}.`)])
    const other = await fleet.addBoard({ name: 'pinned' })
    await terminal.ok('device', 'pin', other.deviceId, first)
    const made = await create('-o', 'some.flotilla')
    expect(made.stderr).toContain(`pinned is left out. It is to run ${first}.`)
    await terminal.ok('device', 'unpin', other.deviceId)
  })

  it('create with --delta-from has the delta made, waits for it past an absence of the server and makes a small file', async () => {
    const third = await push({ data: `${LINES}two more lines` })
    const words = ['bundle', 'create', 'roof', '--fleet', fleet.path, '--delta-from', second, '-o', 'small.flotilla']
    const { token } = await terminal.json<{ token: string }>('token', 'create', uniqueName('away'))
    const door = await Door.to(terminal.server.url)
    const running = terminal.run(words, {
      env: { FLOTILLA_SERVER: door.url, FLOTILLA_TOKEN: token },
      interruptWhen: (printed) => {
        if (door.refused === 0 && printed.includes('being made first')) door.shut()
        return false
      },
    })
    await waitFor(() => door.refused > 0, { what: 'the command has met nobody' })
    door.open()
    const ran = await running
    door.close()
    expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining(`Saved ${third} for 1 board`)])
    expect(ran.stderr).toContain('The deltas for it are being made first.')
    expect(ran.stderr).toContain(`roof may not be able to use the deltas. It last ran ${first}.`)
    expect((await stat(at('small.flotilla'))).size).toBeLessThan(20_000)
    expect(await terminal.ok('bundle', 'show', 'small.flotilla')).toMatch(/^deltas +1, \S+ k?B$/m)
  })

  it('show says what is wrong with a file', async () => {
    const bytes = await readFile(at('mine'))
    bytes[bytes.length - 100_000]! ^= 255
    await writeFile(at('wrong'), bytes)
    const wrong = await terminal.run(['bundle', 'show', 'wrong'])
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('is not what its name says')])
    expect((await terminal.run(['bundle', 'show', 'nowhere'])).status).toBe(4)
  })

  describe('apply', () => {
    let door: DoorBoard
    beforeEach(async () => {
      door = await new DoorBoard(board.uuid).open()
    })
    afterEach(() => door.close())
    const apply = (...words: string[]) => terminal.run(['bundle', 'apply', 'mine', '--board', door.address, ...words])

    it('hands the file to the board and tells what it does, until it runs', async () => {
      door.story = [
        { state: 'bringing', doneBytes: 3 },
        { state: 'done', isRunning: true },
      ]
      const ran = await apply('--wait', '--token', 'secret')
      expect(ran.stderr).toContain('takes in its images: 3 B of 10 B')
      expect([ran.status, ran.stdout]).toEqual([0, `roof runs ${second}.\n`])
      expect(door.received.equals(await readFile(at('mine')))).toBe(true)
      expect(door.authorization).toBe('Bearer secret')
    })

    it('ends with the reason where the board gives the release up', async () => {
      door.story = [{ state: 'done' }, { state: 'done', givenUp: 'web ended with exit code 1' }]
      const ran = await apply('--wait')
      expect(ran.status).toBe(1)
      expect(ran.stderr).toContain(`roof gave ${second} up: web ended with exit code 1`)
    })

    it('goes on where the connection broke, in this run or the next', async () => {
      // A board's affair, what comes after the bundle's end.
      await writeFile(at('long'), await readFile(at('mine')))
      await truncate(at('long'), 2.5 * BUNDLE_PIECE_BYTES)
      const whole = await readFile(at('long'))
      let isStopped = false
      const stopAt = (stop: () => boolean) => (printed: string) => {
        if (isStopped || !/Sending: .* of /.test(printed)) return false
        isStopped = true
        return stop()
      }
      const words = ['bundle', 'apply', 'long', '--board', door.address]
      const stopped = await terminal.run(words, { answers: [], interruptWhen: stopAt(() => true) })
      const begun = door.received.length
      expect([stopped.status, begun > 0 && begun < whole.length]).toEqual([130, true])
      isStopped = false
      const breaking = stopAt(() => {
        door.breaks = 2
        return false
      })
      expect((await terminal.run(words, { answers: [], interruptWhen: breaking })).status).toBe(0)
      expect([isStopped, door.breaks]).toEqual([true, 0])
      expect(door.received.equals(whole)).toBe(true)
      expect(door.sentBytes).toBe(whole.length)
    })

    it('knows that the board has all of it though its answer was lost, and sends nothing that it runs already', async () => {
      door.losesLastAnswer = true
      expect((await apply()).stdout).toContain(`The board has ${second} from it.`)
      const { createdAt, release } = await terminal.json<Shown>('bundle', 'show', 'mine')
      door.story = [{ state: 'done', isRunning: true, createdAt, release }]
      const { sentBytes } = door
      expect((await apply()).stdout).toBe(`roof runs ${second} already, by this bundle.\n`)
      expect(door.sentBytes).toBe(sentBytes)
    })

    it('is refused for other boards before anything is sent, and by the board with its reason', async () => {
      door.refusal = { code: 'older-generation', detail: 'The board has a newer target.' }
      const older = await apply()
      expect([older.status, older.stderr]).toEqual([5, expect.stringContaining('The board has a newer target.')])
      door.close()
      door = await new DoorBoard('f'.repeat(32)).open()
      const other = await apply()
      expect([other.status, other.stderr]).toEqual([5, expect.stringContaining('It is for roof')])
      expect(door.sentBytes).toBe(0)
    })

    it('says that no board is there', async () => {
      const { address } = door
      door.close()
      const ran = await terminal.run(['bundle', 'apply', 'mine', '--board', address])
      expect([ran.status, ran.stderr]).toEqual([6, expect.stringContaining('FLOTILLA_BUNDLE_PORT')])
    })
  })
})
