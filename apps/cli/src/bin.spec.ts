import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@flotilla/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createFleet, type TestFleet } from './testing/fleet.js'
import { Repository } from './testing/repository.js'
import { Terminal } from './testing/terminal.js'

const PROGRAM = fileURLToPath(new URL('../bin/flotilla.js', import.meta.url))

/** The program as it is installed, in a process of its own. */
describe('flotilla', () => {
  const terminal = new Terminal()
  let fleet: TestFleet
  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
  })
  afterAll(() => terminal.close())

  /** Leads a process group, as a command in a terminal does, so that Ctrl-C can be had by signal. */
  function start(words: string[], cwd = terminal.home) {
    const env = { PATH: process.env.PATH, HOME: terminal.home }
    const child = spawn(PROGRAM, words, { cwd, env, detached: true })
    const printed = { text: '' }
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (printed.text += chunk.toString()))
    return {
      printed,
      stdin: child.stdin,
      stdout: child.stdout,
      interrupt: () => process.kill(-(child.pid ?? Number.NaN), 'SIGINT'),
      status: once(child, 'close').then(([code]) => code as number | null),
    }
  }

  it('has a version and an exit status', async () => {
    const version = start(['--version'])
    expect(await version.status).toBe(0)
    expect(version.printed.text).toMatch(/^\d+\.\d+\.\d+\n$/)
    const missing = start(['fleet', 'show', 'nowhere'])
    expect(await missing.status).toBe(4)
    expect(missing.printed.text).toMatch(/^error: There is no fleet nowhere/)
  })

  it('reads the file of --env-file itself, before Node can', async () => {
    const missing = start(['env', 'set', '--fleet', fleet.path, '--env-file', 'nowhere.env'])
    expect(await missing.status).toBe(2)
    expect(missing.printed.text).toContain('nowhere.env cannot be read')
    const given = start(['env', 'set', '--fleet', fleet.path, '--env-file', '-'])
    given.stdin.end('FROM_STDIN=yes')
    expect(await given.status).toBe(0)
    expect(given.printed.text).toContain('FROM_STDIN')
  })

  it('ends quietly when its reader has seen enough', async () => {
    const help = start(['--help'])
    help.stdout.destroy()
    expect(await help.status).toBe(0)
    expect(help.printed.text).not.toContain('EPIPE')
  })

  it('ends a stream at Ctrl-C without a word', async () => {
    const { board, deviceId } = await fleet.addBoard()
    await board.log('web', 'hello')
    const logs = start(['device', 'logs', deviceId, '-f'])
    await waitFor(() => logs.printed.text.includes('hello'), { what: 'the first line is printed' })
    logs.interrupt()
    expect(await logs.status).toBe(130)
    expect(logs.printed.text).toMatch(/^\S+ \S+ web \| hello\n$/)
  })

  it('leaves the build running when a push is interrupted', async () => {
    // Without a board, so that it is built for this machine alone.
    const { path } = await createFleet(terminal)
    const repository = new Repository()
    repository.commit({ Dockerfile: 'FROM flotilla/busybox:$TARGETARCH\nRUN sleep 8\n' })
    const push = start(['push', '--fleet', path], repository.folder)
    await waitFor(() => push.printed.text.includes('Ctrl-C leaves the build running'), { what: 'the build is made' })
    push.interrupt()
    expect(await push.status).toBe(130)
    await waitFor(
      async () => (await terminal.json<unknown[]>('release', 'list', path, '--status', 'final')).length === 1,
      { what: 'the release is made all the same' },
    )
    repository.remove()
  })
})
