import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi } from '../testing/test-api.js'
import { environmentFileQuote, installScript, shellQuote } from './install-script.js'

const run = promisify(execFile)
const KEY = `flp_${'aB3_-'.repeat(8)}xyz`
const VERSION = '3.2.1'
// A supervisor as far as installing it is concerned.
const BUNDLE = `#!/usr/bin/env node
// flotilla-supervisor ${VERSION}
const says = { '--version': '${VERSION}', '--print-launcher': 'a launcher', '--print-unit': 'a unit' }
console.log(says[process.argv[2]])
`
const NAME = `${VERSION}-${createHash('sha256').update(BUNDLE).digest('hex').slice(0, 12)}`
const PATH = process.env.PATH ?? ''

describe('installing the supervisor', () => {
  let api: TestApi
  let folder: string
  let bundle: string
  beforeAll(async () => {
    bundle = join(await mkdtemp(join(tmpdir(), 'flotilla-bundle-')), 'supervisor.mjs')
    await writeFile(bundle, BUNDLE)
    api = await createTestApi({ SUPERVISOR_BUNDLE: bundle })
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-board-'))
    await mkdir(join(folder, 'bin'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  afterAll(async () => {
    await api.close()
    await rm(join(bundle, '..'), { recursive: true, force: true })
  })

  const script = async (query = `key=${KEY}`) => (await fetch(`${api.url}/install.sh?${query}`)).text()

  /** A command of the board that notes how it was called. */
  async function stub(name: string, body = ''): Promise<void> {
    const path = join(folder, 'bin', name)
    await writeFile(path, `#!/bin/sh\necho "${name} $*" >>"${folder}/calls"\n${body}\n`)
    await chmod(path, 0o755)
  }

  /** Runs a script on a board that is this machine under another root, with stand-ins for what changes systems. */
  async function install(text: string, ...options: string[]) {
    await stub('systemctl')
    await stub('apt-get', `touch "${folder}/apt"`)
    await access(join(folder, 'bin/docker')).catch(() => stub('docker'))
    await stub('curl', `while [ "$1" != -o ]; do shift; done\ncp "${bundle}" "$2"\necho "$3" >"${folder}/url"`)
    await writeFile(join(folder, 'install.sh'), text)
    const env = { PATH: `${folder}/bin:${PATH}`, FLOTILLA_INSTALL_ROOT: `${folder}/root` }
    return run('sh', [join(folder, 'install.sh'), ...(options.length > 0 ? options : ['--no-wait'])], {
      env,
      cwd: folder,
    })
  }

  const installed = (path: string) => readFile(join(folder, 'root', path), 'utf8')
  const current = () => readlink(join(folder, 'root/opt/flotilla/current'))
  const calls = () => readFile(join(folder, 'calls'), 'utf8')

  it('gives a script that installs, sets up and starts it, more than once', async () => {
    for (let time = 0; time < 2; time++) await install(await script(`key=${KEY}&name=My%20roof`))
    expect(await installed('opt/flotilla/current/supervisor.mjs')).toBe(BUNDLE)
    expect(await installed('opt/flotilla/launch-supervisor')).toBe('a launcher\n')
    expect((await installed('etc/flotilla/supervisor.env')).split('\n')).toEqual([
      `FLOTILLA_SERVER_URL="${api.config.PUBLIC_URL}"`,
      `FLOTILLA_PROVISIONING_KEY="${KEY}"`,
      'FLOTILLA_DEVICE_NAME="My roof"',
      '',
    ])
    expect((await stat(join(folder, 'root/etc/flotilla/supervisor.env'))).mode & 0o777).toBe(0o600)
    expect(await installed('etc/systemd/system/flotilla-supervisor.service')).toBe('a unit\n')
    const path = `/install/supervisors/${VERSION}/supervisor.mjs`
    expect(await readFile(join(folder, 'url'), 'utf8')).toBe(`${api.config.PUBLIC_URL}${path}\n`)
    expect(await calls()).toContain('systemctl restart flotilla-supervisor\n')
    expect(await calls()).not.toContain('apt-get')
    expect(await readdir(join(folder, 'root/opt/flotilla'))).not.toContain('trial')
  })

  it('puts another version on trial beside the one that is there', async () => {
    await install(await script())
    const other = BUNDLE.replaceAll(VERSION, '3.2.2')
    await writeFile(bundle, other)
    await install(await script())
    await writeFile(bundle, BUNDLE)
    expect(await installed('opt/flotilla/current/supervisor.mjs')).toBe(other)
    expect(await installed('opt/flotilla/trial/supervisor.mjs')).toBe(other)
    expect(await installed('opt/flotilla/previous/supervisor.mjs')).toBe(BUNDLE)
  })

  it('keeps what somebody added to the settings', async () => {
    await install(await script())
    const settings = join(folder, 'root/etc/flotilla/supervisor.env')
    await writeFile(settings, `${await readFile(settings, 'utf8')}FLOTILLA_LOG_LEVEL=debug\n`)
    await install(await script())
    expect((await readFile(settings, 'utf8')).match(/FLOTILLA_/g)).toHaveLength(3)
    expect(await readFile(settings, 'utf8')).toContain('\nFLOTILLA_LOG_LEVEL=debug\n')
  })

  it('waits until the server knows the board, and says which device it is', async () => {
    const state = join(folder, 'root/var/lib/flotilla')
    await mkdir(state, { recursive: true })
    await writeFile(join(state, 'registration.json'), '{"deviceId":"1","deviceName":"roof","fleetId":"2"}')
    const text = (await script()).replace('WAIT_SECONDS=180', 'WAIT_SECONDS=1')
    await stub('journalctl', 'echo "not registered yet"')
    await expect(install(text, '--node-image', 'x')).rejects.toMatchObject({
      stderr: expect.stringContaining('does not know this board yet') as unknown,
    })
    await writeFile(join(state, 'report-baseline.json'), '{"acknowledged":12,"state":{}}')
    await expect(install(text, '--node-image', 'x')).rejects.toThrow()
    // The supervisor that was started reports.
    const reporting = `touch "${state}/report-baseline.json"; systemctl restart`
    const { stdout } = await install(text.replace('systemctl restart', reporting), '--node-image', 'x')
    expect(stdout).toContain(`this board is the device roof of ${api.config.PUBLIC_URL}`)
  })

  it('does not take a board away from another server', async () => {
    await install(await script())
    await mkdir(join(folder, 'root/var/lib/flotilla'), { recursive: true })
    await writeFile(join(folder, 'root/var/lib/flotilla/registration.json'), '{}')
    const other = (await script()).replaceAll(api.config.PUBLIC_URL, 'https://other.example.com')
    await expect(install(other)).rejects.toMatchObject({
      stderr: expect.stringContaining('a device of another server') as unknown,
    })
  })

  it('sets a container up that starts what the launcher chooses, without Node.js on the board', async () => {
    await stub('docker', `case "$1 $*" in run*print*|run*--version*) shift $(($# - 2)); node "$1" "$2" ;; esac`)
    await install(await script(`key=${KEY}&name=My%20roof`), '--container', '--node-image', 'node:test', '--no-wait')
    expect(await calls()).toContain('docker image inspect node:test\n')
    const started = (await calls()).split('\n').find((call) => call.startsWith('docker run -d'))
    expect(started).toContain('--restart always --network host --pid host -e FLOTILLA_SERVER_URL=')
    expect(started).toContain('-e FLOTILLA_DEVICE_NAME=My roof --cap-add SYS_ADMIN')
    expect(started).toContain(' --device-cgroup-rule b 8:* r ')
    expect(started).toMatch(/ node:test \/opt\/flotilla\/launch-supervisor$/)
    expect(await calls()).not.toMatch(/systemctl (enable|restart)/)
  })

  it('removes itself and, only where it is told to, what the device has and knows', async () => {
    await install(await script())
    await mkdir(join(folder, 'root/var/lib/flotilla'), { recursive: true })
    await install(await script(), '--uninstall', '--keep-data')
    expect(await readdir(join(folder, 'root/opt'))).toEqual([])
    expect(await calls()).toContain('systemctl disable --now flotilla-supervisor\n')
    expect(await calls()).not.toContain('volume rm')
    expect(await installed('etc/flotilla/supervisor.env')).toContain(KEY)
    await stub('docker', `case "$*" in *label=io.flotilla.device) echo "a b" ;; esac`)
    await install(await script(), '--uninstall', '--purge')
    for (const call of ['rm -f a b', 'volume rm -f a b', 'network rm a b'])
      expect(await calls()).toContain(`docker ${call}\n`)
    await expect(stat(join(folder, 'root/etc/flotilla'))).rejects.toThrow('ENOENT')
    await expect(stat(join(folder, 'root/var/lib/flotilla'))).rejects.toThrow('ENOENT')
  })

  it('explains its options, and refuses those that it does not know', async () => {
    expect((await install(await script(), '--help')).stdout).toContain('--node-image IMAGE')
    await expect(install(await script(), '--what')).rejects.toMatchObject({
      stderr: expect.stringContaining('--what') as unknown,
    })
    await expect(calls()).rejects.toThrow('ENOENT')
  })

  it('serves the supervisor that is built', async () => {
    const answer = await fetch(`${api.url}/install/supervisor.mjs`)
    expect(answer.headers.get('content-type')).toContain('text/javascript')
    expect(await answer.text()).toBe(BUNDLE)
  })

  it('installs Docker where there is none', async () => {
    await stub('docker', `[ -e "${folder}/apt" ]`)
    const text = (await script()).replaceAll('command -v docker', 'command -v docker-is-not-there')
    await install(text.replaceAll('/var/run/docker.sock', '/nowhere'))
    expect(await calls()).toMatch(/apt-get update.*\n(.*\n)?apt-get install .* docker\.io apparmor\n/)
    expect(await calls()).toContain('systemctl enable --now docker\n')
  })

  it('says what to do where Node.js is too old and apt has no newer one', async () => {
    await stub('node', 'echo 12')
    await stub('apt-cache', "echo '  Candidate: 12.22.12~dfsg-1~deb11u4'")
    await expect(install(await script())).rejects.toMatchObject({
      stderr: expect.stringContaining('apt offers 12; run this again with --container') as unknown,
    })
    await expect(installed('etc/flotilla/supervisor.env')).rejects.toThrow('ENOENT')
  })

  it('takes Node.js from apt where that is new enough', async () => {
    await stub('node', `[ -e "${folder}/new" ] && exec "${process.execPath}" "$@" || echo 12`)
    await stub('apt-cache', "echo '  Candidate: 1:18.20.4+dfsg-1~deb12u1'")
    const text = (await script()).replaceAll('apt-get install', `touch "${folder}/new"; apt-get install`)
    await install(text)
    expect(await calls()).toMatch(/apt-get install .* nodejs\n/)
  })

  it('keeps the supervisor that is there when a download is broken', async () => {
    await install(await script())
    const other = (await script()).replace(/SUPERVISOR_SHA256='.*'/, `SUPERVISOR_SHA256='${'0'.repeat(64)}'`)
    await expect(install(other)).rejects.toMatchObject({
      stderr: expect.stringContaining('not what the server has') as unknown,
    })
    expect(await installed('opt/flotilla/current/supervisor.mjs')).toBe(BUNDLE)
    expect(await current()).toBe(`versions/${NAME}`)
  })

  it('does nothing where the download of the script breaks off', async () => {
    const whole = await script()
    // Each place of the last lines, and some of all the others.
    const lengths = Array.from({ length: 40 }, (_, n) => whole.length - (n < 16 ? n + 2 : 1 + n * 97))
    for (const length of lengths) await install(whole.slice(0, length)).catch(() => undefined)
    await expect(readFile(join(folder, 'calls'), 'utf8')).rejects.toThrow('ENOENT')
  })

  it('takes nothing that it is given for a command', async () => {
    const nasty = `it's "$(touch ${folder}/pwned)" \`touch ${folder}/pwned\` $HOME \\`
    const text = installScript({
      serverUrl: nasty,
      provisioningKey: nasty,
      deviceName: nasty,
      supervisor: {
        version: VERSION,
        digest: (await script()).match(/SUPERVISOR_SHA256='(.*)'/)?.[1] ?? '',
        path: nasty,
      },
    })
    await install(text)
    await expect(stat(join(folder, 'pwned'))).rejects.toThrow('ENOENT')
    expect((await installed('etc/flotilla/supervisor.env')).split('\n')[1]).toBe(
      `FLOTILLA_PROVISIONING_KEY=${environmentFileQuote(nasty)}`,
    )
    const { stdout } = await run('sh', ['-c', `printf %s ${shellQuote(nasty)}`])
    expect(stdout).toBe(nasty)
  })

  it('refuses what is no key, and no name', async () => {
    for (const query of ['', 'key=', "key=flp_'%3Btouch%20x", `key=${KEY}%0A`, `key=${KEY}&name=a%0Ab`]) {
      const answer = await fetch(`${api.url}/install.sh?${query}`)
      expect([query, answer.status, ((await answer.json()) as ProblemDetails).code]).toEqual([
        query,
        400,
        'invalid-input',
      ])
    }
  })

  it('says so where no supervisor was built', async () => {
    await rm(bundle)
    for (const path of [`install.sh?key=${KEY}`, 'install/supervisor.mjs', 'install/supervisor.json']) {
      const answer = await fetch(`${api.url}/${path}`)
      expect([answer.status, ((await answer.json()) as ProblemDetails).code]).toEqual([503, 'supervisor-not-built'])
    }
    await writeFile(bundle, BUNDLE)
  })
})
