import { randomBytes } from 'node:crypto'
import { waitFor } from '@flotilla/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MOMENT_AGO } from '../testing/age.js'
import { Board } from '../testing/board.js'
import { Door } from '../testing/door.js'
import { createFleet, type TestFleet, uniqueName } from '../testing/fleet.js'
import { Terminal } from '../testing/terminal.js'

describe('device', () => {
  const terminal = new Terminal()
  let fleet: TestFleet
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
  })
  afterAll(() => terminal.close())

  it('add prints one line for a board, with a key that is good for one board and a day', async () => {
    const ran = await terminal.run(['device', 'add', '--fleet', fleet.path])
    expect(ran.status).toBe(0)
    const [, key = ''] = /^curl -fsSL '(?:[^']+)\/install\.sh\?key=([^'&]+)' \| sudo sh\n$/.exec(ran.stdout) ?? []
    expect(ran.stdout).toContain(`curl -fsSL '${terminal.server.url}/install.sh?key=`)
    expect(ran.stderr).toContain(fleet.path)
    expect(ran.stderr).toMatch(/expires in (23 h|1 d)/)
    const board = new Board({ server: terminal.server.url, provisioningKey: decodeURIComponent(key) })
    await board.join()
    const second = new Board({ server: terminal.server.url, provisioningKey: decodeURIComponent(key) })
    await expect(second.join()).rejects.toThrow('register: 4')
  })

  it('add gives the line and its key to programs', async () => {
    const words = ['device', 'add', '--fleet', fleet.path, '--uses', '5', '--expires', '2h', '--name', "Bob's roof"]
    const { command, key } = await terminal.json<{ command: string; key: { key: string; maxUses: number } }>(...words)
    expect(command).toContain(encodeURIComponent(key.key))
    expect(key.maxUses).toBe(5)
    expect(command).toContain('&name=Bob%27s%20roof')
  })

  it('list and show tell what is known, with its age', async () => {
    const { board, deviceId } = await fleet.addBoard({ name: uniqueName('roof') })
    const { name } = await terminal.json<{ name: string }>('device', 'show', deviceId)
    await board.report({
      generation: 1,
      activity: 'updating',
      explanation: 'Downloads web:\n\x1b[2J12 of 20 MB.',
      apps: {
        [fleet.id]: {
          services: {
            web: { status: 'downloading', progressPercent: 60.4 },
            db: { status: 'running', health: 'healthy', startedAt: new Date().toISOString() },
          },
        },
      },
    })
    // The server writes down every few seconds whom it heard from.
    const listed = await waitFor(
      async () => {
        const text = await terminal.ok('device', 'list', '--fleet', fleet.path)
        return new RegExp(`^${name} .* online`, 'm').test(text) && text
      },
      { what: 'the device is online' },
    )
    expect(listed).toMatch(new RegExp(`^${name} +${fleet.path} +online, updating +${MOMENT_AGO}`, 'm'))
    const shown = await terminal.ok('device', 'show', name)
    expect(shown).toMatch(/^state +online, updating$/m)
    expect(shown).toMatch(/^explanation +Downloads web:\n +12 of 20 MB\.$/m)
    expect(shown).toMatch(/^web +downloading 60 % /m)
    expect(shown).toMatch(new RegExp(`^db +running +healthy +${MOMENT_AGO}`, 'm'))
    expect(shown).not.toContain('\x1b')
    expect(await terminal.json('device', 'show', name)).toMatchObject({
      id: deviceId,
      name,
      state: { state: { activity: 'updating' } },
    })
    const failing = await terminal.json<unknown[]>('device', 'list', '--fleet', fleet.path, '--activity', 'failing')
    expect(failing).toEqual([])
    const searched = await terminal.json<unknown[]>('device', 'list', '--search', name)
    expect(searched).toEqual([expect.objectContaining({ id: deviceId })])
  })

  it('events tell its history, newest first', async () => {
    const { deviceId } = await fleet.addBoard()
    const name = uniqueName('history')
    await terminal.ok('device', 'rename', deviceId, name)
    const events = await terminal.json<{ kind: string }[]>('device', 'events', name)
    expect(events.length).toBeGreaterThan(1)
    expect(await terminal.ok('device', 'events', name, '--limit', '1')).toMatch(
      new RegExp(`^WHEN +WHAT +BY +DETAIL\n${MOMENT_AGO} +\\S*renamed`),
    )
  })

  it('is found by name, by uuid or the beginning of it, and by id', async () => {
    const { board, deviceId } = await fleet.addBoard({ name: uniqueName('found') })
    const { name } = await terminal.json<{ name: string }>('device', 'show', deviceId)
    for (const by of [name, board.uuid, board.uuid.slice(0, 12), board.uuid.slice(0, 12).toUpperCase()]) {
      expect(await terminal.json('device', 'show', by)).toMatchObject({ id: deviceId })
    }
  })

  it('whose name or uuid fits several is an error that lists them, until the fleet is said', async () => {
    const other = await createFleet(terminal)
    const name = uniqueName('twin')
    const prefix = randomBytes(4).toString('hex')
    const first = await fleet.addBoard({ name, uuid: prefix.padEnd(32, '1') })
    await other.addBoard({ name, uuid: prefix.padEnd(32, '2') })
    for (const ambiguous of [name, prefix]) {
      const ran = await terminal.run(['device', 'show', ambiguous])
      expect(ran).toMatchObject({ status: 2, stdout: '' })
      expect(ran.stderr).toContain(`${name} in ${fleet.path} (id ${first.deviceId}, uuid ${prefix.slice(0, 7)})`)
      expect(ran.stderr).toContain(`${name} in ${other.path} (`)
      expect(await terminal.json('device', 'show', ambiguous, '--fleet', fleet.path)).toMatchObject({
        id: first.deviceId,
      })
    }
  })

  it('rename and move change it, move only after a yes', async () => {
    const other = await createFleet(terminal, fleet.path.split('/')[0])
    const { deviceId } = await fleet.addBoard()
    const name = uniqueName('mover')
    expect(await terminal.ok('device', 'rename', deviceId, name)).toMatch(new RegExp(`is now called ${name}\\.\n$`))
    const unasked = await terminal.run(['device', 'move', name, other.path])
    expect(unasked.status).toBe(2)
    expect(await terminal.json('device', 'show', name)).toMatchObject({ fleet: fleet.path })
    const moved = await terminal.run(['device', 'move', name, other.path], { answers: [['Move', 'y']] })
    expect(moved.stdout).toBe(`Moved ${name} to ${other.path}.\n`)
    expect(await terminal.json('device', 'show', name)).toMatchObject({ id: deviceId, fleet: other.path })
  })

  it('rename to a name that is taken is a conflict', async () => {
    const [first, second] = [await fleet.addBoard({ name: uniqueName('taken') }), await fleet.addBoard()]
    const { name } = await terminal.json<{ name: string }>('device', 'show', first.deviceId)
    expect((await terminal.run(['device', 'rename', second.deviceId, name])).status).toBe(5)
  })

  it('remove takes it away after a yes', async () => {
    const { deviceId } = await fleet.addBoard()
    expect((await terminal.run(['device', 'remove', deviceId])).status).toBe(2)
    await terminal.ok('device', 'remove', deviceId, '--yes')
    expect((await terminal.run(['device', 'show', deviceId])).status).toBe(4)
  })

  it('show --watch shows it again when it changes, until Ctrl-C', async () => {
    const { board, deviceId } = await fleet.addBoard()
    let told = false
    const ran = await terminal.run(['device', 'show', deviceId, '--watch', '--json'], {
      interruptWhen: (printed) => {
        if (!told && printed.includes(deviceId)) void board.report({ activity: 'failing', apps: {} })
        told ||= printed.includes(deviceId)
        return printed.includes('"activity":"failing"')
      },
    })
    expect(ran.status).toBe(130)
    const shown = ran.stdout.trim().split('\n')
    expect(JSON.parse(shown[0] ?? '')).toMatchObject({ id: deviceId })
    expect(JSON.parse(shown.at(-1) ?? '')).toMatchObject({ id: deviceId, activity: 'failing' })
  })

  it('show --watch shows what changed while the server was away', async () => {
    const { board, deviceId } = await fleet.addBoard()
    const { token } = await terminal.json<{ token: string }>('token', 'create', uniqueName('watch'))
    const door = await Door.to(terminal.server.url)
    let isAway = false
    const change = async () => {
      door.shut()
      await board.report({ activity: 'failing', apps: {} })
      door.open()
    }
    const ran = await terminal.run(['device', 'show', deviceId, '--watch', '--json'], {
      env: { FLOTILLA_SERVER: door.url, FLOTILLA_TOKEN: token },
      interruptWhen: (printed) => {
        if (!isAway && printed.includes(deviceId)) void change()
        isAway ||= printed.includes(deviceId)
        return printed.includes('"activity":"failing"')
      },
    })
    door.close()
    expect(ran.status).toBe(130)
  })

  describe('logs', () => {
    it('prints the newest lines, oldest first, of all services or one', async () => {
      const { board, deviceId } = await fleet.addBoard()
      await board.log('web', 'one', 'two \x1b[2J\x1b[31mred\x1b[0m')
      await board.log('db', 'three')
      const lines = (await terminal.ok('device', 'logs', deviceId)).trim().split('\n')
      expect(lines.map((line) => line.slice('2026-11-21 00:00:00 '.length))).toEqual([
        'web | one',
        'web | two red',
        'db | three',
      ])
      expect(await terminal.ok('device', 'logs', deviceId, '--service', 'db')).toMatch(/^\S+ \S+ db \| three\n$/)
      expect(await terminal.ok('device', 'logs', deviceId, '-n', '1')).toMatch(/three\n$/)
      const json = await terminal.json<{ text: string }[]>('device', 'logs', deviceId, '-n', '2')
      expect(json.map(({ text }) => text)).toEqual(['two \x1b[2J\x1b[31mred\x1b[0m', 'three'])
    })

    it('-f goes on with new lines, each once, until Ctrl-C', async () => {
      const { board, deviceId } = await fleet.addBoard()
      await board.log('web', 'before')
      let told = false
      const ran = await terminal.run(['device', 'logs', deviceId, '-f'], {
        interruptWhen: (printed) => {
          if (!told && printed.includes('before')) void board.log('web', 'after', 'last')
          told ||= printed.includes('before')
          return printed.includes('last')
        },
      })
      expect(ran.status).toBe(130)
      expect(ran.stdout.match(/\| \w+/g)).toEqual(['| before', '| after', '| last'])
    })
  })
})
