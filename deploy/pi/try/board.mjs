// A Debian root, as Raspberry Pi OS Lite is one, that boots its own systemd in namespaces of this machine.
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { waitFor } from '@flotilla/dev'

const execute = promisify(execFile)
const BOOT = new URL('boot-board.sh', import.meta.url).pathname
const MIRROR = 'http://deb.debian.org/debian'
const SUITE = 'bookworm'
// What Raspberry Pi OS Lite has and debootstrap leaves out.
const PACKAGES = 'systemd,systemd-sysv,dbus,ca-certificates,curl,sudo,iproute2,procps,kmod'

/** Makes a root of this architecture, or takes the one that a former run made. Minutes, the first time. */
export async function baseRoot(cache, architecture) {
  const root = join(cache, `${SUITE}-${architecture}`)
  if (existsSync(join(root, 'made'))) return root
  rmSync(root, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const options = [`--arch=${architecture}`, '--variant=minbase', `--include=${PACKAGES}`]
  await execute('debootstrap', [...options, SUITE, root, MIRROR], { maxBuffer: 1e9 })
  writeFileSync(join(root, 'made'), '')
  return root
}

export class Board {
  constructor({ root, network, engineSocket = '' }) {
    Object.assign(this, { root, network, engineSocket })
    // Named after this process, so that the next run clears away what a killed one left.
    const id = `${process.pid}-${randomBytes(4).toString('hex')}`
    this.name = `flotilla-${id}`
    this.port = `fl${process.pid.toString(36)}-${randomBytes(2).toString('hex')}`
    this.address = network.nextAddress()
  }

  static async make(base, folder, { network, proxy, engineSocket }) {
    const root = join(folder, 'root')
    await execute('cp', ['-a', '--reflink=auto', base, root])
    writeFileSync(join(root, 'etc/apt/sources.list'), `deb ${MIRROR} ${SUITE} main\n`)
    writeFileSync(join(root, 'etc/apt/apt.conf.d/01proxy'), `Acquire::http::Proxy "${proxy}";\n`)
    // Without a name of its own in there, sudo asks the network for it.
    writeFileSync(join(root, 'etc/hostname'), 'board\n')
    writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 board\n')
    // The registry of a test speaks plain http.
    mkdirSync(join(root, 'etc/docker'), { recursive: true })
    writeFileSync(join(root, 'etc/docker/daemon.json'), JSON.stringify({ 'insecure-registries': [network.subnet] }))
    const board = new Board({ root, network, engineSocket })
    await board.connect()
    return board
  }

  async connect() {
    await execute('ip', ['netns', 'add', this.name])
    await execute('ip', ['link', 'add', this.port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.name])
    await execute('ip', ['link', 'set', this.port, 'master', this.network.bridge.name, 'up'])
    const inside = (...args) => execute('ip', ['-n', this.name, ...args])
    await inside('link', 'set', 'lo', 'up')
    await inside('address', 'add', `${this.address}/24`, 'dev', 'eth0')
    await inside('link', 'set', 'eth0', 'up')
    await inside('route', 'add', 'default', 'via', this.network.address)
  }

  async boot() {
    // It ends with this process at the latest.
    const args = ['--pdeathsig', 'KILL', BOOT, this.root, this.name, this.name, this.engineSocket]
    const child = spawn('setpriv', args, { stdio: ['ignore', 'ignore', 'ignore'] })
    this.init = undefined
    this.child = child
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
    await waitFor(() => this.findInit(), { what: 'the board has a first process', timeoutMs: 60_000 })
    const isUp = async () => /running|degraded/.test((await this.run('systemctl is-system-running || true')).stdout)
    await waitFor(isUp, { what: 'the board has booted', timeoutMs: 300_000 })
  }

  findInit() {
    const folder = `/proc/${this.child.pid}/task/${this.child.pid}/children`
    if (this.child.exitCode !== null) throw new Error(`The board ended with ${this.child.exitCode}.`)
    if (!existsSync(folder)) return false
    const [pid] = readFileSync(folder, 'utf8').trim().split(' ')
    if (!pid || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/sbin/init')) return false
    this.init = Number(pid)
    return true
  }

  /** Runs a shell command on the board; rejects where it fails. */
  run(command, { onLine } = {}) {
    const namespaces = ['--target', String(this.init), '--mount', '--pid', '--uts', '--ipc', '--net', '--cgroup']
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    const env = ['env', '-i', `PATH=${path}`, 'HOME=/root', 'LANG=C.UTF-8']
    const child = spawn('nsenter', [...namespaces, '--', ...env, 'sh', '-c', command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        output[stream] += chunk
        onLine?.(String(chunk).trimEnd())
      })
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        if (code === 0) resolve(output)
        else reject(new Error(`On the board: ${command}\nended with ${code}\n${output.stdout}${output.stderr}`))
      })
    })
  }

  /** Every process of it ends at once. */
  async cutPower() {
    process.kill(this.init, 'SIGKILL')
    await this.exited
  }

  async remove() {
    if (this.init && existsSync(`/proc/${this.init}`)) await this.cutPower()
    await execute('ip', ['netns', 'delete', this.name]).catch(() => undefined)
    await execute('ip', ['link', 'delete', this.port]).catch(() => undefined)
    for (const hierarchy of readdirSync('/sys/fs/cgroup')) removeGroups(join('/sys/fs/cgroup', hierarchy, this.name))
  }
}

// Control groups go from the leaves to the top, and each by its folder alone.
function removeGroups(folder) {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(folder, entry.name))
  try {
    rmdirSync(folder)
  } catch {
    // A process of it has not quite ended; an empty group hurts nobody.
  }
}
