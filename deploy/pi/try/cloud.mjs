// A whole Flotilla of built programs on this machine, with one fleet, and a registry that boards reach.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createApiClient, unwrap } from '@flotilla/api-client'
import { makeBaseImages, PROJECT_FOLDER, startEngine, startStack } from '@flotilla/dev'

const execute = promisify(execFile)
const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' }
const BUNDLE = join(PROJECT_FOLDER, 'supervisor/dist/supervisor.mjs')
const GIT = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main']

export async function startCloud({ folder, network, platform }) {
  const bundle = join(folder, 'supervisor.mjs')
  cpSync(BUNDLE, bundle)
  const builder = await startEngine({ insecureRegistries: [network.subnet] })
  await makeBaseImages(builder.docker, [platform])
  const stack = await startStack({
    dataDir: join(folder, 'cloud'),
    dockerHost: builder.dockerHost,
    address: network.address,
    admin: ADMIN,
    environment: { SUPERVISOR_BUNDLE: bundle },
  })
  const token = (await unwrap(createApiClient({ baseUrl: stack.url }).POST('/api/v1/auth/login', { body: ADMIN })))
    .token
  const api = createApiClient({ baseUrl: stack.url, token })
  const key = (await unwrap(api.POST('/api/v1/api-keys', { body: { name: 'try' } }))).token
  const body = { organization: 'default', name: 'porch', platforms: [platform] }
  const fleet = await unwrap(api.POST('/api/v1/fleets', { body }))
  return new Cloud({ stack, builder, api, fleet, key, folder, bundle })
}

class Cloud {
  constructor(parts) {
    Object.assign(this, parts)
  }

  /** The one line for a board. */
  async installLine(name, options = '') {
    const params = { path: { id: this.fleet.id } }
    const { key } = await unwrap(
      this.api.POST('/api/v1/fleets/{id}/provisioning-keys', { params, body: { name: 'try', maxUses: 1 } }),
    )
    const tail = options === '' ? 'sudo sh' : `sudo sh -s -- ${options}`
    return `curl -fsSL '${this.stack.url}/install.sh?key=${key}&name=${name}' | ${tail}`
  }

  /** git push of an app that serves one line at port 8000. */
  async push(line) {
    const folder = join(this.folder, 'app')
    mkdirSync(folder, { recursive: true })
    const files = {
      'docker-compose.yml': `services:\n  web:\n    build: .\n    ports: ['8000:8080']\n    init: true\n`,
      Dockerfile: `FROM flotilla/busybox:$TARGETARCH\nCOPY line.txt /www/index.html\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n`,
      'line.txt': `${line}\n`,
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const remote = new URL(`${this.stack.url}/git/${this.fleet.organization}/${this.fleet.name}.git`)
    remote.username = 'git'
    remote.password = this.key
    const git = (...args) => execute('git', ['-C', folder, ...GIT, ...args])
    await git('init', '-q')
    await git('add', '-A')
    await git('commit', '-q', '-m', line)
    await git('push', '-q', remote.href, 'HEAD:main')
  }

  async device(name) {
    const { items } = await unwrap(this.api.GET('/api/v1/devices', { params: { query: { name } } }))
    return items[0]
  }

  /** Sets config variables of the fleet. */
  async configure(values) {
    for (const [name, value] of Object.entries(values)) {
      const body = { fleetId: this.fleet.id, kind: 'config', name, value, secret: false }
      await unwrap(this.api.PUT('/api/v1/variables', { body }))
    }
  }

  /** What the device last said of itself. */
  async state(name) {
    const params = { path: { id: (await this.device(name)).id } }
    return (await unwrap(this.api.GET('/api/v1/devices/{id}/state', { params }))).state
  }

  /** Kinds of the device's events, the newest first, with their details. */
  async events(deviceId) {
    const params = { path: { id: deviceId }, query: { limit: 100 } }
    return (await unwrap(this.api.GET('/api/v1/devices/{id}/events', { params }))).items
  }

  get version() {
    return /^\/\/ flotilla-supervisor (\S+)$/m.exec(readFileSync(BUNDLE, 'utf8'))[1]
  }

  /** As if the control plane were upgraded: its supervisor has another version, and runs this before all else. */
  async release(version, first = '') {
    const text = readFileSync(BUNDLE, 'utf8').replaceAll(`"${this.version}"`, `"${version}"`)
    const start = text.indexOf('import { createRequire as __createRequire }')
    const guarded = first && `if (!process.argv.includes('--version')) { ${first} }\n`
    writeFileSync(
      this.bundle,
      `#!/usr/bin/env node\n// flotilla-supervisor ${version}\n${text.slice(start)}\n${guarded}`,
    )
    // The one that is there now is kept when it is asked for.
    await fetch(`${this.stack.url}/install/supervisor.json`)
  }

  async want(version) {
    const place = { fleetId: this.fleet.id, kind: 'config', name: 'FLOTILLA_SUPERVISOR_VERSION' }
    await unwrap(this.api.PUT('/api/v1/variables', { body: { ...place, value: version } }))
  }

  async stop() {
    await this.stack.stop()
    await this.builder.stop()
  }
}
