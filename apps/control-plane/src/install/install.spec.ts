import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ProblemDetails } from '@flotilla/contracts'
import { createTestApi, type TestApi } from '../testing/test-api.js'
import { environmentFileQuote, installScript, shellQuote } from './install-script.js'

const run = promisify(execFile)
const KEY = `flp_${'aB3_-'.repeat(8)}xyz`
const BUNDLE = "console.log('a supervisor')\n"
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
  async function install(text: string) {
    await stub('systemctl')
    await stub('apt-get')
    await stub('docker')
    await stub('curl', `while [ "$1" != -o ]; do shift; done\ncp "${bundle}" "$2"\necho "$3" >"${folder}/url"`)
    await writeFile(join(folder, 'install.sh'), text)
    const env = { PATH: `${folder}/bin:${PATH}`, FLOTILLA_INSTALL_ROOT: `${folder}/root` }
    return run('sh', [join(folder, 'install.sh')], { env, cwd: folder })
  }

  const installed = (path: string) => readFile(join(folder, 'root', path), 'utf8')

  it('gives a script that installs, sets up and starts it, more than once', async () => {
    for (let time = 0; time < 2; time++) await install(await script(`key=${KEY}&name=My%20roof`))
    expect(await installed('opt/flotilla/supervisor.mjs')).toBe(BUNDLE)
    expect((await installed('etc/flotilla/supervisor.env')).split('\n')).toEqual([
      `FLOTILLA_SERVER_URL="${api.config.PUBLIC_URL}"`,
      `FLOTILLA_PROVISIONING_KEY="${KEY}"`,
      'FLOTILLA_DEVICE_NAME="My roof"',
      '',
    ])
    expect((await stat(join(folder, 'root/etc/flotilla/supervisor.env'))).mode & 0o777).toBe(0o600)
    const unit = await installed('etc/systemd/system/flotilla-supervisor.service')
    expect(unit).toMatch(/^ExecStart=\/\S*node \/opt\/flotilla\/supervisor\.mjs$/m)
    expect(unit).toContain('EnvironmentFile=/etc/flotilla/supervisor.env')
    expect(await readFile(join(folder, 'url'), 'utf8')).toBe(`${api.config.PUBLIC_URL}/install/supervisor.mjs\n`)
    const calls = await readFile(join(folder, 'calls'), 'utf8')
    expect(calls).toContain('systemctl enable --now docker\n')
    expect(calls).toContain('systemctl restart flotilla-supervisor\n')
    expect(calls).not.toContain('apt-get')
  })

  it('serves the supervisor that is built', async () => {
    const answer = await fetch(`${api.url}/install/supervisor.mjs`)
    expect(answer.headers.get('content-type')).toContain('text/javascript')
    expect(await answer.text()).toBe(BUNDLE)
  })

  it('installs Docker where there is none', async () => {
    const text = (await script()).replaceAll('command -v docker', 'command -v docker-is-not-there')
    await install(text)
    expect(await readFile(join(folder, 'calls'), 'utf8')).toMatch(/apt-get update.*\napt-get install .* docker\.io\n/)
  })

  it('says what to do where Node.js is too old and apt has no newer one', async () => {
    await stub('node', 'echo 18')
    await stub('apt-cache', "echo '  Candidate: 18.20.4+dfsg-1~deb12u1'")
    await expect(install(await script())).rejects.toMatchObject({
      stderr: expect.stringContaining('apt offers 18; unpack one from https://nodejs.org/dist/') as unknown,
    })
    await expect(installed('etc/flotilla/supervisor.env')).rejects.toThrow('ENOENT')
  })

  it('takes Node.js from apt where that is new enough', async () => {
    await stub('node', `[ -e "${folder}/new" ] && echo 20 || echo 18`)
    await stub('apt-cache', "echo '  Candidate: 1:20.19.2+dfsg-1'")
    const text = (await script()).replaceAll('apt-get install', `touch "${folder}/new"; apt-get install`)
    await install(text)
    expect(await readFile(join(folder, 'calls'), 'utf8')).toMatch(/apt-get install .* nodejs\n/)
  })

  it('keeps the supervisor that is there when a download is broken', async () => {
    await install(await script())
    const other = (await script()).replace(/SUPERVISOR_SHA256='.*'/, "SUPERVISOR_SHA256='0'")
    await expect(install(other)).rejects.toMatchObject({
      stderr: expect.stringContaining('not what the server has') as unknown,
    })
    expect(await installed('opt/flotilla/supervisor.mjs')).toBe(BUNDLE)
  })

  it('does nothing where the download of the script breaks off', async () => {
    const whole = await script()
    for (let length = whole.length - 'main\n'.length; length > 0; length -= 97) {
      await install(whole.slice(0, length)).catch(() => undefined)
    }
    await expect(readFile(join(folder, 'calls'), 'utf8')).rejects.toThrow('ENOENT')
  })

  it('takes nothing that it is given for a command', async () => {
    const nasty = `it's "$(touch ${folder}/pwned)" \`touch ${folder}/pwned\` $HOME \\`
    const text = installScript({
      serverUrl: nasty,
      provisioningKey: nasty,
      deviceName: nasty,
      bundleDigest: (await script()).match(/SUPERVISOR_SHA256='(.*)'/)?.[1] ?? '',
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
    for (const path of [`install.sh?key=${KEY}`, 'install/supervisor.mjs']) {
      const answer = await fetch(`${api.url}/${path}`)
      expect([answer.status, ((await answer.json()) as ProblemDetails).code]).toEqual([503, 'supervisor-not-built'])
    }
    await writeFile(bundle, BUNDLE)
  })
})
