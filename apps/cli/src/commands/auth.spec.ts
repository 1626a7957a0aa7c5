import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '@flotilla/dev'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Terminal } from '../testing/terminal.js'

describe('signing in and out', () => {
  let terminal: Terminal
  beforeEach(() => {
    terminal = new Terminal()
  })
  afterEach(() => terminal.close())

  function saved(): { current?: string; servers: Record<string, { token: string; email: string; kind: string }> } {
    return JSON.parse(readFileSync(terminal.credentialsFile, 'utf8')) as ReturnType<typeof saved>
  }

  describe('login', () => {
    it('takes the password from a pipe, and keeps the token for its owner alone', async () => {
      const { url, email, password } = terminal.server
      const ran = await terminal.run(['login', url, '--email', email, '--password-stdin'], { stdin: `${password}\n` })
      expect(ran).toEqual({ status: 0, stdout: `Signed in to ${url} as ${email}.\n`, stderr: '' })
      expect(saved()).toMatchObject({ current: url, servers: { [url]: { email, kind: 'session' } } })
      expect(statSync(terminal.credentialsFile).mode & 0o777).toBe(0o600)
    })

    it('ends the session that it takes the place of', async () => {
      await terminal.signIn()
      const { token } = saved().servers[terminal.server.url]!
      await terminal.signIn()
      const env = { FLOTILLA_SERVER: terminal.server.url, FLOTILLA_TOKEN: token }
      expect((await terminal.run(['whoami'], { env })).status).toBe(3)
      expect((await terminal.run(['whoami'])).status).toBe(0)
    })

    it('asks for what is missing, and never shows the password', async () => {
      const { url, email, password } = terminal.server
      const ran = await terminal.run(['login'], {
        answers: [
          ['Server', url],
          ['Email', email],
          ['Password', password],
        ],
      })
      expect(ran).toMatchObject({ status: 0, stdout: `Signed in to ${url} as ${email}.\n` })
      expect(ran.stderr).toContain(email)
      expect(ran.stderr).not.toContain(password)
    })

    it('refuses a wrong password, and signs in nobody', async () => {
      const { url, email } = terminal.server
      const ran = await terminal.run(['login', url, '--email', email, '--password-stdin'], { stdin: 'wrong password' })
      expect(ran).toMatchObject({ status: 3, stdout: '' })
      expect(ran.stderr).toMatch(/^error: .*password/i)
      expect(ran.stderr).not.toContain('wrong password')
      expect(() => saved()).toThrow('ENOENT')
    })

    it('does not wait for a person who is not there', async () => {
      const ran = await terminal.run(['login', terminal.server.url, '--email', 'ann@example.com'])
      expect(ran.status).toBe(2)
      expect(ran.stderr).toContain('--password-stdin')
      expect((await terminal.run(['login'])).stderr).toContain('flotilla login https://')
    })

    it('takes an API token instead, and checks it', async () => {
      await terminal.signIn()
      const token = (await terminal.ok('token', 'create', 'login test')).trim()
      const other = new Terminal()
      const ran = await other.run(['login', other.server.url, '--token'], { stdin: token })
      expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining(terminal.server.email) as unknown })
      await other.ok('logout')
      // It was not made by the sign-in, so signing out does not end it.
      expect(
        (await other.run(['whoami', '--server', other.server.url], { env: { FLOTILLA_TOKEN: token } })).status,
      ).toBe(0)
      const refused = await other.run(['login', other.server.url, '--token', 'flt_nonsense'])
      expect(refused).toMatchObject({ status: 3, stdout: '' })
      other.close()
    })

    it('does not take the server for a token', async () => {
      const ran = await terminal.run(['login', '--token', terminal.server.url])
      expect(ran.status).toBe(2)
      expect(ran.stderr).toContain('before --token')
    })

    it('refuses a token and a password together', async () => {
      const ran = await terminal.run(['login', terminal.server.url, '--token', 'x', '--password-stdin'])
      expect(ran.status).toBe(2)
    })
  })

  describe('whoami', () => {
    it('tells who, where and with which roles', async () => {
      await terminal.signIn()
      const shown = await terminal.ok('whoami')
      expect(shown).toContain(terminal.server.email)
      expect(shown).toMatch(/role in default +admin/)
      expect(await terminal.json('whoami')).toMatchObject({
        server: terminal.server.url,
        user: { email: terminal.server.email },
        memberships: expect.arrayContaining([
          expect.objectContaining({ organization: 'default', role: 'admin' }),
        ]) as unknown,
      })
    })

    it('says how to sign in to whom is not', async () => {
      const ran = await terminal.run(['whoami'])
      expect(ran).toMatchObject({ status: 3, stdout: '' })
      expect(ran.stderr).toContain('flotilla login https://')
    })

    it('says so when the token is no longer good', async () => {
      const { url } = terminal.server
      const ran = await terminal.run(['whoami', '--json'], { env: { FLOTILLA_SERVER: url, FLOTILLA_TOKEN: 'flt_old' } })
      expect(ran).toMatchObject({ status: 3, stdout: '' })
      expect(JSON.parse(ran.stderr)).toMatchObject({
        code: 'not-signed-in',
        status: 401,
        hint: expect.stringContaining('flotilla login') as unknown,
        exitCode: 3,
      })
    })

    it('takes server and token from the environment before what is saved', async () => {
      await terminal.signIn()
      const token = (await terminal.ok('token', 'create', 'environment')).trim()
      const other = new Terminal()
      const env = { FLOTILLA_SERVER: other.server.url, FLOTILLA_TOKEN: token }
      expect((await other.run(['whoami'], { env })).stdout).toContain(other.server.email)
      const elsewhere = await terminal.run(['whoami'], { env: { FLOTILLA_SERVER: 'http://127.0.0.1:9' } })
      expect(elsewhere.stderr).toContain('You are not signed in to http://127.0.0.1:9.')
      other.close()
    })
  })

  describe('logout', () => {
    it('ends the session on the server and forgets the token', async () => {
      await terminal.signIn()
      const { url } = terminal.server
      const { token } = saved().servers[url]!
      expect(await terminal.ok('logout')).toBe(`Signed out of ${url}.\n`)
      expect(saved()).toEqual({ servers: {} })
      const late = await terminal.run(['whoami'], { env: { FLOTILLA_SERVER: url, FLOTILLA_TOKEN: token } })
      expect(late.status).toBe(3)
    })

    it('is no mistake when nobody is signed in', async () => {
      expect(await terminal.ok('logout')).toBe('You were not signed in.\n')
    })
  })

  describe('a server that is not there', () => {
    it('is told by its address and the reason', async () => {
      const port = await freePort()
      const env = { FLOTILLA_SERVER: `http://127.0.0.1:${port}`, FLOTILLA_TOKEN: 'flt_x' }
      const ran = await terminal.run(['whoami'], { env })
      expect(ran.status).toBe(6)
      expect(ran.stderr).toContain(`The server http://127.0.0.1:${port} could not be reached: nothing listens`)
      expect(JSON.parse((await terminal.run(['whoami', '--json'], { env })).stderr)).toMatchObject({
        code: 'server-unreachable',
        exitCode: 6,
      })
    })

    it('is not believed when something else answers', async () => {
      const stranger = createServer((_request, response) => response.writeHead(502).end('<html>'))
      await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
      const { port } = stranger.address() as AddressInfo
      const ran = await terminal.run(['whoami', '--server', `http://127.0.0.1:${port}`], {
        env: { FLOTILLA_TOKEN: 'flt_x' },
      })
      expect(ran.status).toBe(1)
      expect(ran.stderr).toContain('502')
      stranger.closeAllConnections()
      stranger.close()
    })
  })

  it('Ctrl-C at a prompt ends the command and changes nothing', async () => {
    const ran = await terminal.run(['login', terminal.server.url], {
      answers: [],
      interruptWhen: (printed) => printed.includes('Email'),
    })
    expect(ran.status).toBe(130)
    expect(() => saved()).toThrow('ENOENT')
  })
})
