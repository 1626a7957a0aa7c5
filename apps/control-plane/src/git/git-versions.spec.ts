import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { waitFor } from '@flotilla/dev'
import { DOCKERFILE, PushBench } from './testing/push-bench.js'

describe('a version tag', () => {
  let bench: PushBench
  beforeAll(async () => {
    bench = await PushBench.open()
  })
  beforeEach(() => bench.reset())
  afterAll(() => bench.close())

  const versions = async () => (await bench.releases()).map((release) => release.version)

  it('that comes with its commit names the release', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.git('tag', 'v1.4.0')
    const { code, output } = await bench.copy.push('main', 'v1.4.0')
    expect(code).toBe(0)
    expect(output).toContain('Building release 1.4.0')
    expect(await versions()).toEqual(['1.4.0'])
  })

  it('that comes before its commit names the release when there is one, and builds nothing by itself', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.git('tag', '--annotate', '--message', 'The release', 'v2.0.0-rc.1')
    const { output } = await bench.copy.push('v2.0.0-rc.1')
    expect(output).toMatch(/2\.0\.0-rc\.1 names the release of \w{7} as soon as a branch with it is pushed/)
    expect(bench.workshop.orders).toEqual([])
    await bench.copy.push('main')
    expect(await versions()).toEqual(['2.0.0-rc.1'])
  })

  it('that comes after its commit was built names the release, and leaves a draft a draft', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.push('main:idea')
    await bench.copy.git('tag', '1.0.0')
    const { output } = await bench.copy.push('1.0.0')
    expect(output).toMatch(/The release of \w{7} is now 1\.0\.0/)
    expect(await bench.releases()).toMatchObject([{ version: '1.0.0', status: 'draft' }])
    expect(bench.workshop.orders).toHaveLength(1)
  })

  it('names a release while it is being built', async () => {
    const open = bench.holdBuilds()
    await bench.copy.commit(DOCKERFILE)
    const push = bench.copy.start('push', 'flotilla', 'main')
    await waitFor(() => push.output().includes('COPY . /'), { what: 'the build runs' })
    await bench.copy.git('tag', 'v3.0.0')
    await bench.copy.push('v3.0.0')
    open()
    expect((await push.ended).output).toContain('Release 3.0.0 is final')
  })

  it('does not move to another commit', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.git('tag', 'v1.0.0')
    await bench.copy.push('main', 'v1.0.0')
    await bench.copy.commit({ 'more.txt': 'more' })
    await bench.copy.git('tag', '--force', 'v1.0.0')
    const { code, output } = await bench.copy.push('--force', 'main', 'v1.0.0')
    expect(output).toMatch(/The tag v1\.0\.0: 1\.0\.0 is already the release of \w{7}, and versions do not move/)
    expect(code).toBe(1)
    expect(await versions()).toEqual(['1.0.0'])
  })

  it('is free again after the build that had it failed', async () => {
    bench.workshop.recipe = () => ({ fails: 'broken' })
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.git('tag', 'v1.0.0')
    await bench.copy.push('main', 'v1.0.0')
    bench.workshop.recipe = () => ({})
    await bench.copy.commit({ 'fix.txt': 'fix' })
    await bench.copy.git('tag', '--force', 'v1.0.0')
    expect((await bench.copy.push('--force', 'main', 'v1.0.0')).code).toBe(0)
    expect(await bench.releases()).toMatchObject([{ version: '1.0.0', status: 'final' }, { status: 'failed' }])
  })

  it('stays with the first release of a commit that is built once more for other platforms', async () => {
    const { api, user, fleet, copy } = bench
    await copy.commit(DOCKERFILE)
    await copy.git('tag', 'v1.0.0')
    await copy.push('main', 'v1.0.0')
    await api.call(user, `PATCH /api/v1/fleets/${fleet.id}`, { platforms: ['linux/amd64', 'linux/arm64'] })
    await copy.push('main:again')
    expect(bench.workshop.orders).toHaveLength(2)
    expect(await versions()).toEqual([expect.stringMatching(/^2-\w{7}$/), '1.0.0'])
  })

  it('is one of the tags that name nothing where it is no version', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.push('main')
    await bench.copy.git('tag', 'nightly')
    const { code, output } = await bench.copy.push('nightly')
    expect(code).toBe(0)
    expect(output).not.toContain('remote:')
    expect(await versions()).toEqual([expect.stringMatching(/^1-/)])
    expect(Object.keys(await bench.refs())).toEqual(['refs/heads/main', 'refs/tags/nightly'])
  })

  it('can be deleted, and the release keeps its version', async () => {
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.git('tag', 'v1.0.0')
    await bench.copy.push('main', 'v1.0.0')
    expect((await bench.copy.push('--delete', 'v1.0.0')).code).toBe(0)
    expect(await versions()).toEqual(['1.0.0'])
  })

  it('of many old commits at once builds none of them', async () => {
    const { copy } = bench
    await copy.commit(DOCKERFILE)
    for (const version of ['0.1.0', '0.2.0', '0.3.0']) {
      await copy.commit({ 'version.txt': version })
      await copy.git('tag', `v${version}`)
    }
    expect((await copy.push('main', '--tags')).code).toBe(0)
    expect(await versions()).toEqual(['0.3.0'])
    expect(bench.workshop.orders).toHaveLength(1)
  })
})
