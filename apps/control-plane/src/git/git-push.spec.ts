import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@flotilla/dev'
import { AppModule } from '../app.module.js'
import { createApi } from '../http/create-api.js'
import { DOCKERFILE, PushBench } from './testing/push-bench.js'

/** The real git client against the api. */
describe('git push', () => {
  let bench: PushBench
  beforeAll(async () => {
    bench = await PushBench.open()
  })
  beforeEach(() => bench.reset())
  afterAll(() => bench.close())

  it('to the deploy branch makes a final release and shows how it is made', async () => {
    const { user, fleet, copy } = bench
    const commit = await copy.commit(DOCKERFILE, 'The first one')
    const short = commit.slice(0, 7)
    const { code, output } = await copy.push('main')
    expect(output).toContain(`remote: -----> ${user.organization}/${fleet.name}: main at ${short}`)
    expect(output).toContain('remote:        The first one')
    expect(output).toContain(`remote: -----> Building release 1-${short} from Dockerfile: main for linux/amd64`)
    expect(output).toContain('remote: -----> Building main for linux/amd64')
    expect(output).toContain('remote:        main | [1/1] COPY . /')
    expect(output).toMatch(/remote: -----> Release 1-[0-9a-f]{7} is final, built in /)
    expect(output).toMatch(/remote: {8}main {2}linux\/amd64 {2}sha256:[0-9a-f]{12} {2}1\.0 kB/)
    expect(output).toContain('The fleet has no devices yet. Add one with: flotilla device add')
    expect(output).toContain('* [new branch]      main -> main')
    expect(code).toBe(0)
    const [release] = await bench.releases()
    expect(release).toMatchObject({ status: 'final', commit, branch: 'main', message: 'The first one' })
    expect(release?.author).toBe('Ada <ada@example.com>')
    const [row] = await bench.api.database.query<{ at: Date }[]>(
      'SELECT committed_at AS at FROM releases WHERE id = $1',
      [release?.id],
    )
    const { output: seconds } = await copy.git('show', '-s', '--format=%ct', commit)
    expect(row?.at.getTime()).toBe(Number(seconds) * 1000)
    expect(await bench.target()).toBe(release?.id)
    expect(await bench.refs()).toEqual({ 'refs/heads/main': commit })
  })

  it('of the next commit says which images stayed the same', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.push('main')
    await bench.copy.commit({ 'readme.txt': 'new' })
    const { code, output } = await bench.copy.push('main')
    expect(code).toBe(0)
    expect(output).toMatch(/main {2}linux\/amd64 {2}sha256:\S+ {2}1\.0 kB {2}unchanged/)
    expect(await bench.releases()).toHaveLength(2)
  })

  it('of another branch makes a draft, which pushed to the deploy branch is final without another build', async () => {
    const { copy } = bench
    await copy.commit(DOCKERFILE)
    const draft = await copy.push('main:idea')
    expect(draft.output).toMatch(/Release 1-\S+ is a draft/)
    expect(draft.output).toContain('No device runs a draft. To deploy it, push it to main, or run:')
    expect(await bench.releases()).toMatchObject([{ status: 'draft', branch: 'idea' }])
    expect(await bench.target()).toBeUndefined()
    const final = await copy.push('main')
    expect(final.code).toBe(0)
    expect(final.output).toContain('This commit was built before, as release 1-')
    expect(bench.workshop.orders).toHaveLength(1)
    const [release] = await bench.releases()
    expect(release).toMatchObject({ status: 'final' })
    expect(await bench.target()).toBe(release?.id)
  })

  it('of an older commit by force makes its release the target again, without another build', async () => {
    const { copy } = bench
    const first = await copy.commit(DOCKERFILE)
    await copy.push('main')
    await copy.commit({ 'bad.txt': 'bad' })
    await copy.push('main')
    const { code } = await copy.push('--force', `${first}:main`)
    expect(code).toBe(0)
    const [, good] = await bench.releases()
    expect(await bench.target()).toBe(good?.id)
    expect(bench.workshop.orders).toHaveLength(2)
    expect(await bench.refs()).toEqual({ 'refs/heads/main': first })
  })

  it('whose build fails is rejected with the reason, and can be tried again', async () => {
    const { copy, workshop } = bench
    await copy.commit(DOCKERFILE)
    workshop.recipe = () => ({ fails: 'main did not build: exit code 2.\nIts last lines:\n  main.c:3' })
    const failed = await copy.push('main')
    expect(failed.code).toBe(1)
    expect(failed.output).toMatch(/remote: {2}! {5}main did not build: exit code 2\. *\nremote: {8}Its last lines:/)
    expect(failed.output.split('exit code 2')).toHaveLength(2)
    expect(failed.output).toContain('! [remote rejected] main -> main (build failed)')
    expect(await bench.refs()).toEqual({})
    expect(await bench.target()).toBeUndefined()
    workshop.recipe = () => ({})
    expect((await copy.push('main')).code).toBe(0)
    expect((await bench.releases()).map((release) => release.status)).toEqual(['final', 'failed'])
  })

  it('whose build is cancelled is rejected', async () => {
    const { api, user, copy } = bench
    const open = bench.holdBuilds()
    await copy.commit(DOCKERFILE)
    const push = copy.start('push', 'flotilla', 'main')
    const [release] = await waitFor(() => bench.releases().then((all) => (all.length > 0 ? all : undefined)), {
      what: 'the release is there',
    })
    await api.call(user, `POST /api/v1/builds/${release?.buildId}/cancel`)
    const { code, output } = await push.ended
    open()
    expect(code).toBe(1)
    expect(output).toContain(`Cancelled by ${user.email}`)
    expect(output).toContain('(build cancelled)')
  })

  it('while another build of the fleet runs waits its turn, and shows its place', async () => {
    const { copy } = bench
    const open = bench.holdBuilds()
    const first = await copy.commit(DOCKERFILE)
    const running = copy.start('push', 'flotilla', 'main')
    await waitFor(() => running.output().includes('COPY . /'), { what: 'the first build runs' })
    const second = await copy.commit({ 'more.txt': 'more' })
    const waiting = copy.start('push', 'flotilla', 'main')
    await waitFor(() => waiting.output().includes('Queued: 2nd in the queue'), { what: 'the place is shown' })
    open()
    expect(await running.ended).toMatchObject({ code: 0 })
    const { code, output } = await waiting.ended
    expect(output).toContain('is final')
    expect(code).toBe(0)
    expect((await bench.releases()).map((release) => release.commit)).toEqual([second, first])
    expect(await bench.refs()).toEqual({ 'refs/heads/main': second })
  })

  it('that is interrupted leaves the build running, and the branch moves when it is done', async () => {
    const { copy } = bench
    const open = bench.holdBuilds()
    const commit = await copy.commit(DOCKERFILE)
    const push = copy.start('push', 'flotilla', 'main')
    await waitFor(() => push.output().includes('Ctrl-C leaves the build running'), { what: 'the build begins' })
    push.interrupt()
    await push.ended
    open()
    await waitFor(async () => (await bench.refs())['refs/heads/main'] === commit, { what: 'the branch moved' })
    expect(await bench.releases()).toMatchObject([{ status: 'final' }])
    expect((await copy.push('main')).output).toContain('Everything up-to-date')
  })

  it('of a commit that is being built follows that build', async () => {
    const { copy, workshop } = bench
    const open = bench.holdBuilds()
    await copy.commit(DOCKERFILE)
    const first = copy.start('push', 'flotilla', 'main:idea')
    await waitFor(() => first.output().includes('COPY . /'), { what: 'the build runs' })
    const second = copy.start('push', 'flotilla', 'main')
    await waitFor(() => second.output().includes('This commit is being built already'), { what: 'it is followed' })
    await waitFor(() => second.output().includes('COPY . /'), { what: 'its output is shown from the beginning' })
    open()
    expect((await first.ended).code).toBe(0)
    expect((await second.ended).code).toBe(0)
    expect(await bench.releases()).toMatchObject([{ status: 'final', branch: 'idea' }])
    expect(workshop.orders).toHaveLength(1)
  })

  it('does not lay aside what somebody else is having built, unless it is forced', async () => {
    const { api, user, copy } = bench
    const colleague = await api.signUp('developer', user.organization)
    await copy.commit(DOCKERFILE)
    await copy.push('main')
    const theirs = await bench.copyFor(colleague)
    await theirs.git('pull', '--quiet', 'flotilla', 'main')
    const open = bench.holdBuilds()
    await copy.commit({ 'mine.txt': 'mine' })
    const mine = copy.start('push', 'flotilla', 'main')
    await waitFor(() => mine.output().includes('COPY . /'), { what: 'my build runs' })
    await theirs.commit({ 'theirs.txt': 'theirs' })
    const refused = await theirs.push('main')
    expect(refused.output).toContain(`pushed by ${user.email} (test), is being built for main`)
    expect(refused.output).toContain('(another commit is being built)')
    open()
    expect((await mine.ended).code).toBe(0)
    expect((await theirs.push('main')).output).toContain('fetch first')
    expect((await theirs.push('--force', 'main')).code).toBe(0)
  })

  it('takes several branches at once, the deploy branch first', async () => {
    const { copy } = bench
    const commit = await copy.commit(DOCKERFILE)
    await copy.git('checkout', '--quiet', '-b', 'alpha')
    const other = await copy.commit({ 'alpha.txt': 'alpha' })
    const { code, output } = await copy.push('alpha', 'main', 'alpha:beta')
    expect(code).toBe(0)
    expect(output.indexOf(': main at')).toBeLessThan(output.indexOf(': alpha at'))
    expect((await bench.releases()).map(({ status, branch }) => `${status} ${branch}`)).toEqual([
      'draft alpha',
      'final main',
    ])
    expect(await bench.refs()).toEqual({
      'refs/heads/main': commit,
      'refs/heads/alpha': other,
      'refs/heads/beta': other,
    })
  })

  it('deletes branches without a word', async () => {
    const { copy } = bench
    const commit = await copy.commit(DOCKERFILE)
    await copy.push('main', 'main:idea')
    expect((await copy.push('--delete', 'idea')).output).toMatch(/^To http.*\n - \[deleted\] +idea\n$/)
    expect(await bench.refs()).toEqual({ 'refs/heads/main': commit })
  })

  it('follows the fleet to another deploy branch, and so do clones', async () => {
    const { api, user, fleet, copy } = bench
    await api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { deployBranch: 'live' })
    const commit = await copy.commit(DOCKERFILE)
    expect((await copy.push('main')).output).toContain('push it to live, or run')
    await copy.push('main:live')
    expect(await bench.releases()).toMatchObject([{ status: 'final', commit }])
    const clone = await bench.copyFor(user)
    await clone.git('clone', '--quiet', clone.remote, 'clone')
    expect((await clone.git('-C', 'clone', 'branch', '--show-current')).output.trim()).toBe('live')
    expect((await clone.git('-C', 'clone', 'rev-parse', 'HEAD')).output.trim()).toBe(commit)
  })

  it('to a fleet that is pinned makes the release and leaves the devices where they are', async () => {
    const { api, user, fleet, copy } = bench
    await copy.commit(DOCKERFILE)
    await copy.push('main')
    const pinned = await bench.target()
    await api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { pinnedReleaseId: pinned })
    await copy.commit({ 'new.txt': 'new' })
    const { output } = await copy.push('main')
    expect(output).toContain('The fleet is pinned to another release')
    expect(output).toContain(`flotilla fleet unpin ${fleet.organization}/${fleet.name}`)
    expect(await bench.target()).toBe(pinned)
  })

  it('takes what is larger than git sends in one piece', async () => {
    const { copy, workshop } = bench
    // Random bytes: nothing shrinks them.
    await writeFile(join(copy.folder, 'large.bin'), randomBytes(6 * 1024 * 1024))
    const commit = await copy.commit(DOCKERFILE)
    expect((await copy.push('main')).code).toBe(0)
    expect(workshop.sources[0]).toBeGreaterThan(6 * 1024 * 1024)
    const clone = await bench.copyFor(bench.user)
    await clone.git('pull', '--quiet', 'flotilla', 'main')
    expect(await clone.head()).toBe(commit)
  })

  it('works from a shallow clone, as continuous integration has it', async () => {
    const { copy, user } = bench
    await copy.commit(DOCKERFILE)
    await copy.commit({ 'second.txt': 'second' })
    const shallow = await bench.copyFor(user)
    await shallow.git('fetch', '--quiet', '--depth=1', `file://${copy.folder}`, 'main')
    await shallow.git('reset', '--quiet', '--hard', 'FETCH_HEAD')
    expect((await shallow.push('main')).code).toBe(0)
    expect(await bench.releases()).toMatchObject([{ status: 'final' }])
  })

  it('builds for the platforms that the fleet names, from the Dockerfile of each', async () => {
    const { api, user, fleet, copy, workshop } = bench
    await api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { platforms: ['linux/arm64', 'linux/amd64'] })
    await copy.commit({ ...DOCKERFILE, 'Dockerfile.arm64': 'FROM scratch\nCOPY . /arm\n' })
    const { output } = await copy.push('main')
    expect(output).toContain('main for linux/amd64, linux/arm64')
    expect(workshop.orders[0]?.tasks).toMatchObject([
      { platform: 'linux/amd64', dockerfile: 'Dockerfile' },
      { platform: 'linux/arm64', dockerfile: 'Dockerfile.arm64' },
    ])
  })

  it('says so when the server stops in the middle; pushed again, to any other, it goes on with the build', async () => {
    const { api, copy } = bench
    const second = await createApi(AppModule.forRoot(api.config), api.config)
    await second.listen(0, '127.0.0.1')
    const open = bench.holdBuilds()
    await copy.commit(DOCKERFILE)
    const push = copy.start(
      'push',
      copy.remote.replace(new URL(api.url).host, new URL(await second.getUrl()).host),
      'main',
    )
    await waitFor(() => push.output().includes('COPY . /'), { what: 'the build runs' })
    const stopping = second.close()
    const stopped = await push.ended
    expect(stopped.code).toBe(1)
    expect(stopped.output).toContain('The server stops; what it builds goes on. Push again to follow it.')
    await stopping
    const again = copy.start('push', 'flotilla', 'main')
    await waitFor(() => again.output().includes('This commit is being built already'), { what: 'it is followed' })
    open()
    expect((await again.ended).code).toBe(0)
    expect(await bench.releases()).toMatchObject([{ status: 'final' }])
  })
})
