import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createFleet, type TestFleet } from '../testing/fleet.js'
import { recordingGit, Repository } from '../testing/repository.js'
import { Terminal } from '../testing/terminal.js'

const APP = { Dockerfile: 'FROM scratch\nCOPY . /\n' }

describe('push', () => {
  const terminal = new Terminal()
  let fleet: TestFleet
  let repository: Repository
  beforeAll(() => terminal.signIn())
  beforeEach(async () => {
    fleet = await createFleet(terminal)
    repository = new Repository()
  })
  afterEach(() => repository.remove())
  afterAll(() => terminal.close())

  const push = (words: string[], env?: Record<string, string>) =>
    terminal.run(['push', ...words], { cwd: repository.folder, env })

  it('builds what is committed, shows how, and adds the remote', async () => {
    const commit = repository.commit(APP)
    repository.write({ 'notes.txt': 'not committed' })
    const ran = await push(['--fleet', fleet.path])
    expect(ran).toMatchObject({ status: 0, stdout: '' })
    expect(ran.stderr).toContain(`Added the remote flotilla: ${fleet.gitUrl}`)
    expect(ran.stderr).toContain('1 changed file is not committed, and not pushed.')
    expect(ran.stderr).toMatch(/^remote: -----> Building/m)
    expect(ran.stderr).toMatch(/^remote: -----> Release 1-\w{7} is final/m)
    expect(repository.git('remote', 'get-url', 'flotilla')).toBe(fleet.gitUrl)
    expect(repository.git('rev-parse', 'refs/remotes/flotilla/main')).toBe(commit)
    const releases = await terminal.json<unknown[]>('release', 'list', fleet.path)
    expect(releases).toEqual([expect.objectContaining({ commit, status: 'final' })])
  })

  it('knows the fleet by the remote from then on, and tells programs the release', async () => {
    repository.commit(APP)
    expect((await push(['--fleet', fleet.path, '--remote-only'])).status).toBe(0)
    const ran = await push(['--json'])
    expect(ran.status).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      fleet: fleet.path,
      url: fleet.gitUrl,
      commit: repository.git('rev-parse', 'HEAD'),
      release: { status: 'final' },
    })
  })

  it('hands the token to git where nobody can read it', async () => {
    const token = (await terminal.ok('token', 'create', 'push test')).trim()
    repository.commit(APP)
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-git-'))
    const git = recordingGit(folder)
    const ran = await push(['--fleet', fleet.path], { PATH: git.path, FLOTILLA_TOKEN: token })
    expect(ran.status).toBe(0)
    const encoded = Buffer.from(`flotilla:${token}`).toString('base64')
    expect(git.arguments()).toMatch(/^push /m)
    for (const text of [git.arguments(), repository.config, ran.stdout, ran.stderr]) {
      expect(text).not.toContain(token)
      expect(text).not.toContain(encoded)
    }
    rmSync(folder, { recursive: true })
  })

  it('of another branch makes a draft, and says so', async () => {
    repository.commit(APP)
    const ran = await push(['--fleet', fleet.path, '--branch', 'try-it'])
    expect(ran.status).toBe(0)
    expect(ran.stderr).toContain(`${fleet.path} deploys main; a push to try-it makes a draft release.`)
    expect(await terminal.json<unknown[]>('release', 'list', fleet.path, '--status', 'draft')).toHaveLength(1)
  })

  it('takes tags, which name the version', async () => {
    repository.commit(APP)
    repository.git('tag', 'v1.4.0')
    expect((await push(['--fleet', fleet.path, 'main', 'v1.4.0'])).status).toBe(0)
    expect(await terminal.json('release', 'show', '1.4.0', '--fleet', fleet.path)).toMatchObject({ version: '1.4.0' })
  })

  it('that is refused ends as git does, with the reason', async () => {
    repository.commit({ 'compose.yaml': 'services:\n  web:\n    build: .\n    links: [db]\n' })
    const ran = await push(['--fleet', fleet.path])
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('compose.yaml')
    expect(ran.stderr).toContain('links')
    expect(ran.stderr).toContain('! [remote rejected]')
    const json = await push(['--json'])
    expect(json).toMatchObject({ status: 1, stdout: '' })
    expect(JSON.parse(json.stderr.slice(json.stderr.indexOf('{')))).toMatchObject({ code: 'push-failed', exitCode: 1 })
  })

  it('whose build fails ends with an exit status that says so', async () => {
    repository.commit({ Dockerfile: 'FROM scratch\nCOPY nowhere /\n' })
    const ran = await push(['--fleet', fleet.path])
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain('nowhere')
  })

  it('without the right ends as git does, with the reason', async () => {
    repository.commit(APP)
    const token = (await terminal.ok('token', 'create', 'reader', '--role', 'observer')).trim()
    const ran = await push(['--fleet', fleet.path], { FLOTILLA_TOKEN: token })
    expect(ran.status).toBe(128)
    expect(ran.stderr).toMatch(/403|developer/)
  })

  it('keeps a remote that points elsewhere, and says how to change it', async () => {
    repository.commit(APP)
    repository.git('remote', 'add', 'flotilla', 'https://elsewhere.example.com/git/a/b.git')
    const ran = await push(['--fleet', fleet.path])
    expect(ran.status).toBe(0)
    expect(ran.stderr).toContain(`git remote set-url flotilla ${fleet.gitUrl}`)
    expect(repository.git('remote', 'get-url', 'flotilla')).toBe('https://elsewhere.example.com/git/a/b.git')
  })

  it.each([
    [
      'outside of a repository',
      (repo: Repository) => rmSync(join(repo.folder, '.git'), { recursive: true }),
      'git init',
    ],
    ['without a commit', () => undefined, 'git commit'],
    ['on no branch', (repo: Repository) => [repo.commit(APP), repo.git('checkout', '-q', '--detach')], '--branch'],
  ])('%s says what to do', async (_place, prepare, advice) => {
    prepare(repository)
    const ran = await push(['--fleet', fleet.path])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain(advice)
  })

  it('to no fleet asks for one', async () => {
    repository.commit(APP)
    const ran = await push([])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('flotilla push --fleet organization/fleet')
    expect((await push(['--fleet', 'nowhere'])).status).toBe(4)
  })

  it('does not send a token to the server of somebody else', async () => {
    repository.commit(APP)
    repository.git('remote', 'add', 'flotilla', `https://elsewhere.example.com/git/${fleet.path}.git`)
    const ran = await push([])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('flotilla --server https://elsewhere.example.com push')
    expect(readFileSync(join(repository.folder, '.git', 'config'), 'utf8')).not.toContain('extraHeader')
  })
})
