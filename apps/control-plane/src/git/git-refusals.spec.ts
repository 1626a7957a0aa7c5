import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DOCKERFILE, PushBench } from './testing/push-bench.js'

const MAX_PUSH_BYTES = 1024 * 1024

/** Everything that is wrong with a push is said on its terminal, and leaves nothing behind. */
describe('git push', () => {
  let bench: PushBench
  beforeAll(async () => {
    bench = await PushBench.open({ MAX_PUSH_BYTES: String(MAX_PUSH_BYTES) })
  })
  beforeEach(() => bench.reset())
  afterAll(() => bench.close())

  /** No ref, no release, no object. */
  async function expectUnchanged(): Promise<void> {
    expect(await bench.refs()).toEqual({})
    expect(await bench.releases()).toEqual([])
    const objects = await readdir(join(bench.api.config.DATA_DIR, 'git', `${bench.fleet.id}.git`, 'objects'))
    expect(objects.sort()).toEqual(['info', 'pack'])
    expect(await readdir(join(bench.api.config.DATA_DIR, 'git', `${bench.fleet.id}.git`, 'objects', 'pack'))).toEqual(
      [],
    )
  }

  it.each<[string, Record<string, string>, string[]]>([
    [
      'compose fields that are not supported',
      { 'docker-compose.yml': 'services:\n  web:\n    image: nginx\n    links: [db]\n    volumes: [./html:/html]\n' },
      [
        'docker-compose.yml:4: services.web.links: not supported; services reach each other by service name',
        'docker-compose.yml:5: services.web.volumes[0]: folders of the board cannot be mounted; use a named volume',
      ],
    ],
    ['YAML that is not compose', { 'compose.yaml': '- just\n- a list\n' }, ['compose.yaml:1: is not a compose file']],
    ['broken YAML', { 'compose.yaml': 'services: [\n' }, ['compose.yaml:2: this is not valid YAML']],
    [
      'neither a compose file nor a Dockerfile',
      { 'readme.txt': '' },
      ['Dockerfile: is not there; add one at the root'],
    ],
    [
      'a context without a Dockerfile',
      { 'compose.yaml': 'services:\n  web:\n    build: ./web\n', 'web/index.html': '' },
      ['compose.yaml:3: services.web.build: there is no Dockerfile for linux/amd64 in web; add web/Dockerfile'],
    ],
    [
      'a link out of the tree',
      { ...DOCKERFILE, 'data/secrets': '→ ../../../etc/shadow' },
      ['data/secrets: is a link out of the repository (../../../etc/shadow)'],
    ],
  ])('with %s is refused', async (_name, files, messages) => {
    await bench.copy.commit(files)
    const { code, output } = await bench.copy.push('main')
    for (const message of messages) expect(output).toContain(`remote:  !     ${message}`)
    expect(output).toContain('remote:  !     Nothing was changed.')
    expect(output).toContain('! [remote rejected] main -> main (pre-receive hook declined)')
    expect(code).toBe(1)
    await expectUnchanged()
  })

  it('with a path that leaves the tree is refused', async () => {
    const { copy } = bench
    await copy.commit(DOCKERFILE)
    const blob = (await copy.git('hash-object', '-w', 'Dockerfile')).output.trim()
    const inner = await copy.gitWithInput(['mktree'], `100644 blob ${blob}\tevil\n`)
    const tree = await copy.gitWithInput(['mktree'], `100644 blob ${blob}\tDockerfile\n040000 tree ${inner}\t..\n`)
    const commit = await copy.gitWithInput(['commit-tree', tree, '-m', 'evil'], '')
    const { code, output } = await copy.push(`${commit}:refs/heads/main`)
    expect(output).toMatch(/hasDotdot: contains '\.\.'/)
    expect(code).toBe(1)
    await expectUnchanged()
  })

  it('of a branch that is not a commit is refused', async () => {
    const { copy } = bench
    await copy.commit(DOCKERFILE)
    const blob = (await copy.git('hash-object', '-w', 'Dockerfile')).output.trim()
    const ofBlob = await copy.push(`${blob}:refs/heads/main`)
    expect(ofBlob.output).toContain(`The branch main must point to a commit; ${blob.slice(0, 7)} is a blob`)
    await copy.git('tag', '--annotate', '--message', 'x', 'x')
    const ofTag = await copy.push('x:refs/heads/main')
    expect(ofTag.output).toMatch(/The branch main must point to a commit; \w{7} is a tag/)
    await expectUnchanged()
  })

  it('of anything but branches and tags is refused', async () => {
    await bench.copy.commit(DOCKERFILE)
    const { code, output } = await bench.copy.push('main', 'main:refs/notes/commits')
    expect(output).toContain('refs/notes/commits: only branches and tags can be pushed')
    expect(code).toBe(1)
    await expectUnchanged()
  })

  it('of several branches with one that cannot be built is refused whole', async () => {
    const { copy } = bench
    await copy.commit(DOCKERFILE)
    await copy.git('checkout', '--quiet', '-b', 'broken')
    await copy.commit({ 'compose.yaml': 'nothing' })
    const { code, output } = await copy.push('main', 'broken')
    expect(output).toContain('compose.yaml:1: is not a compose file')
    expect(code).toBe(1)
    await expectUnchanged()
  })

  it('with an option that does not exist is refused with those that do', async () => {
    await bench.copy.commit(DOCKERFILE)
    const { code, output } = await bench.copy.push('-o', 'folow', 'main')
    expect(output).toContain('There is no push option folow; there is: follow')
    expect(code).toBe(1)
    await expectUnchanged()
  })

  it('that is larger than the limit is refused with the limit and what to do', async () => {
    const { copy } = bench
    await writeFile(join(copy.folder, 'large.bin'), randomBytes(2 * MAX_PUSH_BYTES))
    await copy.commit(DOCKERFILE)
    const { code, output } = await copy.push('main')
    expect(output).toContain('remote: fatal: pack exceeds maximum allowed size (1024.00 KiB)')
    expect(output).toMatch(/remote: {2}! {5}.* raise its MAX_PUSH_BYTES\./)
    expect(code).not.toBe(0)
    await expectUnchanged()
  })

  describe('and git clone', () => {
    it.each(['push', 'clone'])('of a fleet that does not exist say so: %s', async (what) => {
      const copy = await bench.copyFor(bench.user, { organization: bench.user.organization, name: 'nothing' })
      await copy.commit(DOCKERFILE)
      const { code, output } = what === 'push' ? await copy.push('main') : await copy.start('clone', copy.remote).ended
      expect(output).toContain(`remote: There is no fleet ${bench.user.organization}/nothing, or you may not see it.`)
      expect(code).not.toBe(0)
    })

    it.each(['push', 'clone'])('of a fleet of others are told the same: %s', async (what) => {
      const copy = await bench.copyFor(await bench.api.signUp())
      await copy.commit(DOCKERFILE)
      const { code, output } = what === 'push' ? await copy.push('main') : await copy.start('clone', copy.remote).ended
      expect(output).toContain(
        `There is no fleet ${bench.user.organization}/${bench.fleet.name}, or you may not see it.`,
      )
      expect(code).not.toBe(0)
      await expectUnchanged()
    })

    it('need a token', async () => {
      const anonymous = await bench.copyFor(undefined)
      await anonymous.commit(DOCKERFILE)
      expect((await anonymous.push('main')).output).toMatch(/could not read Username|Authentication failed/)
      const wrong = await bench.copyFor({ token: 'flt_wrong' })
      await wrong.commit(DOCKERFILE)
      const { code, output } = await wrong.push('main')
      expect(output).toContain('remote: This API token is not valid (any more).')
      expect(output).toContain('Authentication failed')
      expect(code).toBe(128)
      const response = await fetch(`${bench.api.url}/git/x/y.git/info/refs?service=git-upload-pack`)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('Basic')
    })

    it('are two rights: operators clone but do not push', async () => {
      await bench.copy.commit(DOCKERFILE)
      await bench.copy.push('main')
      const copy = await bench.copyFor(await bench.api.signUp('operator', bench.user.organization))
      await copy.git('pull', '--quiet', 'flotilla', 'main')
      await copy.commit({ 'more.txt': 'more' })
      const { code, output } = await copy.push('main')
      expect(output).toContain('remote: This needs the role developer in the organization; yours is operator.')
      expect(code).not.toBe(0)
      expect(await bench.releases()).toHaveLength(1)
    })
  })

  it.each([
    ['GET', '/HEAD'],
    ['GET', '/objects/info/packs'],
    ['GET', '/info/refs'],
    ['GET', '/config'],
    ['PUT', '/git-receive-pack'],
  ])('leaves nothing else of a repository open: %s %s', async (method, path) => {
    const { api, user, fleet } = bench
    const credentials = Buffer.from(`x:${user.token}`).toString('base64')
    const response = await fetch(`${api.url}/git/${user.organization}/${fleet.name}.git${path}`, {
      method,
      headers: { Authorization: `Basic ${credentials}` },
    })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
  })
})
