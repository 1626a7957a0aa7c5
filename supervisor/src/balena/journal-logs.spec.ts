import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { listen, type LocalListener } from '../edge/local-api/http-listener.js'
import { HostJournal } from '../edge/host/host-journal.js'
import type { MakePart } from '../part.js'
import { BoardTree } from '../testing/board-tree.js'
import { eventually } from '../testing/eventually.js'
import { LocalScene } from '../testing/local-scene.js'
import { app, fakeImage, service } from '../testing/targets.js'
import { journalArguments, JournalRequestSchema } from './journal-logs.js'

const argumentsFor = (body: unknown) => journalArguments(JournalRequestSchema.parse(body))
const ID = 'ab'.repeat(32)

// Prints what it was called with, and is silent for long if it is to follow: only who ends it ends it then.
const JOURNALCTL = `#!/bin/sh
echo $$ >"$(dirname "$0")/pid"
printf '%s\\n' "$@"
case "$*" in *--follow*) exec sleep 600 ;; *nonsense*) echo 'Failed to parse' >&2; exit 1 ;; esac
`

describe('what of the journal is asked for', () => {
  it('becomes journalctl’s options, each value behind its name', () => {
    expect(argumentsFor({})).toEqual(['--output=short'])
    const all = { all: true, follow: true, count: 5, unit: 'docker', format: 'json', since: '-1h', until: 'now' }
    expect(argumentsFor(all)).toEqual([
      ...['--all', '--follow', '--unit=docker', '--lines=5', '--since=-1h', '--until=now', '--output=json'],
    ])
    expect(argumentsFor({ containerId: ID })).toContain(`CONTAINER_ID_FULL=${ID}`)
    expect(argumentsFor({ containerId: ID.slice(0, 12) })).toContain(`CONTAINER_ID=${ID.slice(0, 12)}`)
  })

  it('is read as forms and careless programs send it', () => {
    const form = { all: 'true', follow: '0', count: '20', unit: null, containerId: undefined }
    expect(argumentsFor(form)).toEqual(['--all', '--lines=20', '--output=short'])
    expect(argumentsFor({ count: 'many' })).toEqual(['--output=short'])
    expect(argumentsFor({ count: -3, follow: false })).toEqual(['--output=short'])
  })

  it.each([{ format: '--vacuum-size=1' }, { containerId: '_PID=1' }, { unit: 'a\nb' }, { since: '\0' }, { unit: {} }])(
    'is refused where it can mean nothing: %j',
    (body) => {
      expect(JournalRequestSchema.safeParse(body).success).toBe(false)
    },
  )
})

describe('the journal over the local API', () => {
  let board: BoardTree
  let local: LocalScene
  let door: LocalListener
  const part: MakePart = () => ({
    offers: { journal: new HostJournal(board.root, [join(board.root, 'usr/bin/journalctl')]) },
  })
  beforeEach(async () => {
    board = await BoardTree.create()
    await board.put('run/log/journal/0123/system.journal', '')
    await board.put('usr/bin/journalctl', JOURNALCTL)
    await chmod(join(board.root, 'usr/bin/journalctl'), 0o755)
    local = new LocalScene({}, [part])
    await local.start([app(1, { web: service(fakeImage('web')) })])
    door = await listen('127.0.0.1', 0, (request) => local.answer(request))
  })
  afterEach(async () => {
    await door.close()
    await local.stop()
    await board.remove()
  })

  const ask = (
    body: unknown,
    { scope = 'device' as 'device' | 'app', signal = undefined as AbortSignal | undefined },
  ) =>
    fetch(`http://127.0.0.1:${door.port}/v2/journal-logs?apikey=${local.token({ scope })}`, {
      ...{ method: 'POST', body: JSON.stringify(body), signal },
    })
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it('is what journalctl prints, its arguments untouched by any shell', async () => {
    const answer = await ask({ unit: 'web; echo $HOME `id`', count: 3 }, {})
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('--unit=web; echo $HOME `id`\n--lines=3\n--output=short\n')
  })

  it('says at its end what journalctl complains of', async () => {
    expect(await (await ask({ since: 'nonsense' }, {})).text()).toBe(
      '--since=nonsense\n--output=short\nFailed to parse\n',
    )
    await board.put('usr/bin/journalctl', '#!/no/such/interpreter\n')
    expect(await (await ask({}, {})).text()).toMatch(/^journalctl could not be started/)
  })

  it('is followed until the caller goes, and journalctl ends with it', async () => {
    const stop = new AbortController()
    const reader = (await ask({ follow: true }, { signal: stop.signal })).body!.getReader()
    let text = ''
    while (!text.includes('--output=short')) text += new TextDecoder().decode((await reader.read()).value as Uint8Array)
    const pid = Number(await board.read('usr/bin/pid'))
    expect(isAlive(pid)).toBe(true)
    stop.abort()
    await eventually(() => !isAlive(pid))
  })

  it('is read by four at once, and by another one when one of them has gone', async () => {
    const readers = Array.from({ length: 4 }, () => new AbortController())
    const answers: Response[] = []
    for (const { signal } of readers) answers.push(await ask({ follow: true }, { signal }))
    expect((await ask({}, {})).status).toBe(429)
    // Held until here: Node closes the connection of an answer that it collects.
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    readers[0]!.abort()
    await eventually(async () => (await ask({}, {})).status === 200)
    for (const reader of readers) reader.abort()
  })

  it('is for those who may reach the board, and not where there is none', async () => {
    expect((await ask({}, { scope: 'app' })).status).toBe(403)
    expect((await ask({ format: 'all' }, {})).status).toBe(400)
    for (const path of ['run/log/journal', 'usr/bin']) {
      if (path === 'usr/bin') await board.put('var/log/journal/0123/system.journal', '')
      await board.remove(path)
      const answer = await ask({}, {})
      expect(answer.status).toBe(501)
      expect(await answer.json()).toMatchObject({ message: expect.stringContaining('There is no journal of systemd') })
    }
  })
})
