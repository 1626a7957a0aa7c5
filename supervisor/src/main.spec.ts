import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exampleEnvironment } from './config.js'
import { eventually } from './testing/eventually.js'
import { FakeCloud } from './testing/fake-cloud.js'
import { freePort } from './testing/free-port.js'
import { SUPERVISOR_VERSION } from './version.js'

const root = new URL('..', import.meta.url).pathname

describe('the bundled program', () => {
  let folder: string
  let program: string
  let cloud: FakeCloud
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fmain-'))
    program = join(folder, 'supervisor.mjs')
    const built = spawnSync(process.execPath, [join(root, 'build.mjs'), program], { encoding: 'utf8' })
    expect(built.stderr).toBe('')
  })
  afterAll(() => rm(folder, { recursive: true }))
  let stateDir: string
  const children = new Set<ChildProcess>()
  beforeEach(async () => {
    cloud = await FakeCloud.start()
    stateDir = await mkdtemp(join(folder, 'state-'))
  })
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL')
    await cloud.stop()
  })

  const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', env })
  const start = (env: NodeJS.ProcessEnv = {}, [command = '', ...args]: string[] = [process.execPath, program]) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        FLOTILLA_SERVER_URL: cloud.url,
        FLOTILLA_PROVISIONING_KEY: 'key',
        FLOTILLA_STATE_DIR: stateDir,
        DOCKER_HOST: `unix://${join(folder, 'no-engine.sock')}`,
        ...env,
      },
    })
    children.add(child)
    const output = { text: '' }
    child.stderr.on('data', (chunk: Buffer) => (output.text += chunk.toString()))
    const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
    return { child, output, exit }
  }

  it('is one small file', async () => {
    expect((await stat(program)).size).toBeLessThan(1_100_000)
  })

  it('tells its version and how it is set up', () => {
    expect(run(['--version'])).toMatchObject({ status: 0, stdout: `${SUPERVISOR_VERSION}\n` })
    const help = run(['--help'])
    expect(help.status).toBe(0)
    expect(help.stdout).toContain('FLOTILLA_SERVER_URL')
    expect(run(['--what'])).toMatchObject({ status: 78, stderr: expect.stringContaining('--what') })
  })

  it('names every setting that is wrong, without its value, and does not start', () => {
    const wrong = { FLOTILLA_SERVER_URL: 'gopher://secret', FLOTILLA_POLL_SECONDS: 'often', FLOTILLA_LOG_LEVEL: 'loud' }
    const { status, stderr } = run([], wrong)
    expect(status).toBe(78)
    for (const name of Object.keys(wrong)) expect(stderr).toContain(name)
    for (const value of Object.values(wrong)) expect(stderr).not.toContain(value)
  })

  it('registers and reports though there is no engine yet, and ends cleanly when told to', async () => {
    const { child, output, exit } = start()
    await eventually(() => cloud.device.state.supervisor?.version === SUPERVISOR_VERSION)
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    const lines = output.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string })
    expect(lines.at(-1)?.message).toBe('stopped')
    expect(output.text).not.toContain('"key"')
  })

  it('ends at once though names are being looked up, by a server that never answers', async () => {
    const resolver = createSocket('udp4')
    const asked = once(resolver, 'message')
    // Others may test beside us.
    const address = `127.53.${randomInt(1, 255)}.${randomInt(1, 255)}`
    resolver.bind(53, address)
    await once(resolver, 'listening')
    const etc = await mkdtemp(join(folder, 'etc-'))
    await writeFile(join(etc, 'resolv.conf'), `nameserver ${address}\noptions timeout:30 attempts:5\n`)
    await writeFile(join(etc, 'nsswitch.conf'), 'hosts: dns\n')
    const inItsOwn = `for file in ${etc}/*; do mount --bind $file /etc/\${file##*/}; done; exec "$0" "$@"`
    const command = ['/usr/bin/unshare', '-m', '/bin/sh', '-c', inItsOwn, process.execPath, program]
    const { child, exit } = start({ FLOTILLA_SERVER_URL: 'https://fleet.example' }, command)
    await asked
    child.kill('SIGTERM')
    await exit
    resolver.close()
    // Not by exit(), which waits for the answer.
    expect(child.signalCode).toBe('SIGTERM')
  })

  it('answers on its local API, also while there is no engine, and lets go of the port when it ends', async () => {
    const port = await freePort()
    const { child, exit } = start({ FLOTILLA_LOCAL_API_PORT: String(port) })
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    await eventually(async () => (await ask('/ping')) === 200)
    expect(await ask('/flotilla/v1/app')).toBe(401)
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    await expect(ask('/ping')).rejects.toThrow()
  })

  it('has a door to the local network where it is told so, for bundles and nothing else', async () => {
    const port = await freePort()
    const { child, exit } = start({ FLOTILLA_BUNDLE_PORT: String(port) })
    const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
    const page = await eventually(async () => (await ask('/')).text())
    expect(page).toMatch(/^<!doctype html>[^]*<style>[^]*<script type="module">[^]*<\/html>/)
    expect(page).not.toMatch(/(src|href)=/)
    expect(await (await ask('/flotilla/v1/bundle')).json()).toMatchObject({ device: {}, running: [], bundles: [] })
    expect((await ask('/flotilla/v1/app')).status).toBe(404)
    const headers = { 'content-type': 'application/octet-stream' }
    const refused = await ask('/flotilla/v1/bundle', { method: 'POST', body: 'nothing of the kind', headers })
    expect(await refused.json()).toMatchObject({ status: 422, code: 'not-a-bundle' })
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    expect(await readdir(join(stateDir, 'bundles'))).toEqual([])
  })

  it('is the same device when it is started again, and needs no provisioning key for it', async () => {
    const first = start()
    await eventually(() => cloud.linkCount === 1)
    const { uuid } = cloud.device.hardware
    first.child.kill('SIGINT')
    expect(await first.exit).toBe(0)
    const second = start({ FLOTILLA_PROVISIONING_KEY: '' })
    await eventually(() => cloud.linkCount === 1)
    second.child.kill('SIGTERM')
    expect(await second.exit).toBe(0)
    expect([...cloud.devices.keys()]).toEqual([uuid])
    expect((await readdir(stateDir)).filter((name) => name.includes('corrupt'))).toEqual([])
  })

  it('tells systemd again and again that it is alive, where systemd watches it', async () => {
    const bin = join(folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >>${folder}/notes\n`, { mode: 0o755 })
    const { child, exit } = start({ PATH: `${bin}:/bin:/usr/bin`, WATCHDOG_USEC: '150000' })
    const notes = () => readFile(join(folder, 'notes'), 'utf8').catch(() => '')
    await eventually(async () => (await notes()).startsWith('WATCHDOG=1\nWATCHDOG=1\nWATCHDOG=1\n'))
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })

  it('holds what a board needs beside it', () => {
    expect(run(['--print-launcher']).stdout).toMatch(/^#!\/bin\/sh\n/)
    expect(run(['--print-unit']).stdout).toContain('ExecStart=/opt/flotilla/launch-supervisor\n')
  })

  it('says why it cannot join, and keeps asking', async () => {
    const { child, output, exit } = start({ FLOTILLA_PROVISIONING_KEY: 'expired' })
    await eventually(() => cloud.requests.filter((request) => request.endsWith('register 403')).length > 1)
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    expect(output.text).toContain('Make another provisioning key.')
    expect(output.text).not.toContain('expired')
  })

  it('carries the version of its package, and an example of its environment', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(SUPERVISOR_VERSION).toBe(version)
    expect(await readFile(join(root, 'env.example'), 'utf8')).toBe(exampleEnvironment())
  })
})
