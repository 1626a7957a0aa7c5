import { waitFor } from '@flotilla/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createFleet, type TestFleet } from '../testing/fleet.js'
import { Repository } from '../testing/repository.js'
import { Terminal } from '../testing/terminal.js'

describe('releases and builds', () => {
  const terminal = new Terminal()
  const repository = new Repository()
  let fleet: TestFleet
  let first: string
  let draft: string

  beforeAll(async () => {
    await terminal.signIn()
    fleet = await createFleet(terminal)
    first = repository.commit({ Dockerfile: 'FROM scratch\nCOPY . /\n' }, 'The first one')
    await push('--fleet', fleet.path)
    draft = repository.commit({ 'more.txt': 'more' }, 'Try something')
    await push('--branch', 'try-it')
  })
  afterAll(() => {
    repository.remove()
    terminal.close()
  })

  async function push(...words: string[]): Promise<void> {
    const ran = await terminal.run(['push', ...words], { cwd: repository.folder })
    if (ran.status !== 0) throw new Error(ran.stderr)
  }

  it('list shows them newest first, by status if wanted', async () => {
    const [head, newest, oldest] = (await terminal.ok('release', 'list', fleet.path)).split('\n')
    expect(head).toMatch(/^VERSION +STATUS +COMMIT +BRANCH +DEVICES +CREATED +MESSAGE$/)
    expect(newest).toMatch(new RegExp(`^2-${draft.slice(0, 7)} +draft +${draft.slice(0, 7)} +try-it .* Try something$`))
    expect(oldest).toMatch(new RegExp(`^1-${first.slice(0, 7)} +final .* The first one$`))
    expect(await terminal.json<unknown[]>('release', 'list', fleet.path, '--status', 'final')).toHaveLength(1)
    const one = await terminal.run(['release', 'list', fleet.path, '--limit', '1'])
    expect(one.stderr).toContain('There are more')
  })

  it('show finds it by version, commit, the beginning of one, or id', async () => {
    const { id, version } = await terminal.json<{ id: string; version: string }>('release', 'show', first)
    for (const name of [version, first.slice(0, 10), id]) {
      expect(await terminal.json('release', 'show', name, '--fleet', fleet.path)).toMatchObject({ id })
    }
    const shown = await terminal.ok('release', 'show', id)
    expect(shown).toMatch(/^message +The first one$/m)
    expect(shown).toMatch(/^main +linux\/\w+ +[\d.]+ k?B +sha256:[0-9a-f]{64}$/m)
  })

  it('finalize makes a draft final, and the fleet takes it; pin keeps it', async () => {
    const version = `2-${draft.slice(0, 7)}`
    expect(await terminal.ok('release', 'finalize', version, '--fleet', fleet.path)).toBe(
      `Release ${version} is final.\n`,
    )
    expect(await terminal.ok('fleet', 'show', fleet.path)).toMatch(new RegExp(`^release +${version}$`, 'm'))
    await terminal.ok('fleet', 'pin', fleet.path, first.slice(0, 7))
    expect(await terminal.ok('fleet', 'show', fleet.path)).toMatch(/^follows +this release \(pinned\)$/m)
    await terminal.ok('fleet', 'unpin', fleet.path)
    const { deviceId } = await fleet.addBoard()
    expect(await terminal.ok('device', 'pin', deviceId, first.slice(0, 7))).toContain('stays on release 1-')
    expect(await terminal.ok('device', 'show', deviceId)).toMatch(/^pinned +yes/m)
    expect(await terminal.ok('device', 'unpin', deviceId)).toContain(`follows its fleet ${fleet.path}`)
  })

  it('invalidate asks first, and can be undone', async () => {
    const version = `2-${draft.slice(0, 7)}`
    const words = ['release', 'invalidate', version, '--fleet', fleet.path]
    expect((await terminal.run(words)).status).toBe(2)
    await terminal.ok(...words, '--yes')
    expect(await terminal.ok('release', 'list', fleet.path)).toMatch(/final, invalid/)
    await terminal.ok(...words, '--undo')
    expect(await terminal.ok('release', 'list', fleet.path)).not.toMatch(/invalid/)
  })

  it('builds are listed and shown, and found by their release or as the newest', async () => {
    const builds = await terminal.json<{ id: string; state: string }[]>('build', 'list', '--fleet', fleet.path)
    expect(builds.map(({ state }) => state)).toEqual(['succeeded', 'succeeded'])
    expect(await terminal.ok('build', 'list', '--fleet', fleet.path)).toMatch(/^[0-9a-f-]{36} +succeeded /m)
    expect(await terminal.json('build', 'show', '--fleet', fleet.path)).toMatchObject({ id: builds[0]?.id })
    expect(await terminal.json('build', 'show', first, '--fleet', fleet.path)).toMatchObject({ id: builds[1]?.id })
    expect((await terminal.run(['build', 'show'])).status).toBe(2)
  })

  it('build logs prints what it said, the same when followed after its end', async () => {
    const printed = await terminal.ok('build', 'logs', first, '--fleet', fleet.path)
    expect(printed).toMatch(/^-----> .+/m)
    expect(printed).toContain('COPY . /')
    expect(await terminal.ok('build', 'logs', first, '--fleet', fleet.path, '-f')).toBe(printed)
    const lines = await terminal.json<{ text: string }[]>('build', 'logs', first, '--fleet', fleet.path)
    expect(lines.length).toBe(printed.trimEnd().split('\n').length)
  })

  it('build logs -f ends as the build did; cancel of an ended build is a conflict', async () => {
    repository.commit({ Dockerfile: 'FROM scratch\nCOPY nowhere /\n' })
    const pushed = await terminal.run(['push', '--branch', 'broken'], { cwd: repository.folder })
    expect(pushed.status).toBe(1)
    const ran = await terminal.run(['build', 'logs', '--fleet', fleet.path, '-f'])
    expect(ran.status).toBe(1)
    expect(ran.stderr).toMatch(/^error: The build failed/m)
    expect((await terminal.run(['build', 'cancel', '--fleet', fleet.path, '--yes'])).status).toBe(5)
  })

  it('build cancel stops one that runs, and whoever follows it learns that', async () => {
    // Without a board, so that it is built for this machine alone.
    const { path } = await createFleet(terminal)
    repository.commit({ Dockerfile: 'FROM flotilla/busybox:$TARGETARCH\nRUN sleep 60\n' })
    const pushing = terminal.run(['push', '--fleet', path], { cwd: repository.folder })
    const build = await waitFor(
      async () => (await terminal.json<{ id: string }[]>('build', 'list', '--fleet', path, '--state', 'running'))[0],
      { what: 'the build runs' },
    )
    const following = terminal.run(['build', 'logs', build.id, '-f'])
    expect((await terminal.run(['build', 'cancel', build.id])).status).toBe(2)
    expect(await terminal.ok('build', 'cancel', build.id, '--yes')).toContain('is being cancelled')
    expect((await pushing).status).toBe(1)
    expect(await following).toMatchObject({ status: 1, stderr: expect.stringContaining('cancelled') as unknown })
  })
})
