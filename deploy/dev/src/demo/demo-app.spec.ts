import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../processes/run.js'
import { appFolder, connectExample, copyExample } from './demo-app.js'

describe('the copy of examples/hello', () => {
  let home: string
  const git = (...args: string[]) => run('git', '-C', appFolder(home), ...args)

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
    mkdirSync(join(home, 'secrets'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('is a repository with one commit, whose page is on the port of this machine', async () => {
    await copyExample(home, 8123)
    expect(readFileSync(join(appFolder(home), 'docker-compose.yml'), 'utf8')).toContain("'8123:8080'")
    expect((await git('log', '--format=%s')).trim()).toBe('hello')
    expect(await git('status', '--porcelain')).toBe('')
    expect((await git('branch', '--show-current')).trim()).toBe('main')
  })

  it('stays as the person changed it', async () => {
    await copyExample(home, 8123)
    writeFileSync(join(appFolder(home), 'message.txt'), 'mine')
    await copyExample(home, 8124)
    expect(readFileSync(join(appFolder(home), 'message.txt'), 'utf8')).toBe('mine')
  })

  it('lets the person commit', async () => {
    await copyExample(home, 8123)
    writeFileSync(join(appFolder(home), 'message.txt'), 'mine')
    await git('commit', '--all', '--quiet', '--message', 'say something of my own')
    expect((await git('rev-list', '--count', 'HEAD')).trim()).toBe('2')
  })

  it('pushes with the token, and asks nobody for it', async () => {
    const authorizations: (string | undefined)[] = []
    const server = createServer((request, response) => {
      authorizations.push(request.headers.authorization)
      response.writeHead(request.headers.authorization ? 403 : 401, { 'www-authenticate': 'Basic realm="git"' }).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/git/default/demo.git`
    await copyExample(home, 8123)
    await connectExample(home, url, 'an-old-token')
    await connectExample(home, url, 'a-token')
    await expect(git('push')).rejects.toThrow('403')
    server.close()
    expect(authorizations).toEqual([undefined, `Basic ${Buffer.from('flotilla:a-token').toString('base64')}`])
    expect(await git('config', '--list', '--local')).not.toContain('a-token')
    expect(statSync(join(home, 'secrets', 'git-credentials')).mode & 0o077).toBe(0)
  })
})
