/*
 * A Docker engine of a test's own: own data, own socket, own address range, gone without a trace when stopped. Needs
 * root and dockerd.
 */
import Docker from 'dockerode'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { openSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.js'

export interface TestDocker {
  socketPath: string
  docker: Docker
  /** Ends the daemon and starts it on the same data; `meanwhile` is given the folder of its data. */
  restart(meanwhile: (dataRoot: string) => Promise<void>): Promise<void>
  /** As when the power goes and comes back: nobody has time to clear up. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface TestDockerOptions {
  // Path of a program that runs containers in the place of runc where they ask for runtime `own`.
  runtime?: string
}

export async function startDocker({ runtime }: TestDockerOptions = {}): Promise<TestDocker> {
  // Short: the path of a unix socket may have 107 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'fdk-'))
  const socketPath = join(folder, 'docker.sock')
  const docker = new Docker({ socketPath, host: undefined, port: undefined })
  const link = addBridge()
  const own = runtime === undefined ? [] : ['--add-runtime', `own=${runtime}`]
  const options = [...daemonArguments(folder, socketPath, link), ...own]
  let daemon = await startDaemon(options, join(folder, 'dockerd.log'), docker)
  return {
    socketPath,
    docker,
    async restart(meanwhile) {
      await end(daemon)
      await meanwhile(join(folder, 'data'))
      daemon = await startDaemon(options, join(folder, 'dockerd.log'), docker)
    },
    async kill() {
      await end(daemon, 'SIGKILL')
      await killAllOf(folder)
      daemon = await startDaemon(options, join(folder, 'dockerd.log'), docker)
    },
    stop: () => stop(daemon, docker, folder).finally(() => removeBridge(link)),
  }
}

async function startDaemon(options: string[], logPath: string, docker: Docker): Promise<ChildProcess> {
  const log = openSync(logPath, 'a')
  const daemon = spawn('dockerd', options, { stdio: ['ignore', log, log] })
  await eventually(async () => {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended:\n${await readFile(logPath, 'utf8')}`)
    await docker.ping()
  })
  return daemon
}

async function end(daemon: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const ended = new Promise((resolve) => daemon.once('exit', resolve))
  daemon.kill(signal)
  await ended
}

/** Its containerd and what that has started. Were its pid in the file anybody's, the next daemon would wait for it. */
async function killAllOf(folder: string): Promise<void> {
  await eventually(async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    const ours = pids.filter((_pid, at) => lines[at]?.includes(folder))
    for (const pid of ours) process.kill(Number(pid), 'SIGKILL')
    return ours.length === 0
  })
  await rm(join(folder, 'exec/containerd/containerd.pid'), { force: true })
}

function daemonArguments(folder: string, socketPath: string, bridge: string): string[] {
  return [
    ...['--host', `unix://${socketPath}`],
    ...['--data-root', join(folder, 'data')],
    ...['--exec-root', join(folder, 'exec')],
    ...['--pidfile', join(folder, 'dockerd.pid')],
    // No traces in the machine's own network: neither docker0 nor rules. `--bridge none` would delete the docker0 of
    // whatever other engine runs there.
    ...['--bridge', bridge, '--iptables=false', '--ip-forward=false'],
    ...['--default-address-pool', `base=${freeRange()},size=26`],
  ]
}

/** A /20 that no interface of this machine is in; others test beside us. */
function freeRange(): string {
  const taken = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  for (;;) {
    const [second, third] = [randomInt(128, 250), randomInt(0, 16) * 16]
    const prefix = `10.${second}.`
    if (!taken.some((address) => address.startsWith(prefix))) return `${prefix}${third}.0/20`
  }
}

/** Containers reach this machine under its address, as on a board. */
function addBridge(): string {
  const name = `fbr${randomInt(100_000, 999_999)}`
  const address = freeRange().replace(/0\/20$/, '1/24')
  for (const line of [`link add ${name} type bridge`, `addr add ${address} dev ${name}`, `link set ${name} up`]) {
    const { status, stderr } = spawnSync('ip', line.split(' '), { encoding: 'utf8' })
    if (status !== 0) throw new Error(`ip ${line}: ${stderr}`)
  }
  return name
}

function removeBridge(name: string): void {
  spawnSync('ip', ['link', 'del', name])
}

async function stop(daemon: ChildProcess, docker: Docker, folder: string): Promise<void> {
  // Killed, not stopped: a daemon that ends waits for every container that ignores SIGTERM.
  const containers = await docker.listContainers({ all: true })
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
  // A daemon that ends leaves the bridges of its networks to the machine.
  await docker.pruneNetworks()
  await end(daemon)
  unmountAllBelow(folder)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** The graph driver keeps its own folder mounted on itself, and namespaces that were in use leave a mount each. */
function unmountAllBelow(folder: string): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  const below = mounts.filter((path) => path.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)
  for (const path of below) spawnSync('umount', [path])
}
