import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runInTerminal, runSilently } from './run.mjs'
import { done, doing, SetupError } from './say.mjs'

// What Flotilla uses of the system, by Debian's name of the package: a program, a file, or a question.
const NEEDS = {
  git: { program: 'git', why: 'receives pushes' },
  'docker.io': { program: 'dockerd', why: 'builds images and runs containers' },
  'docker-registry': { program: 'docker-registry', why: 'keeps images', service: 'docker-registry' },
  'redis-server': { program: 'redis-server', why: 'the second home of queues, in tests', service: 'redis-server' },
  'qemu-user-static': { program: 'qemu-aarch64-static', why: 'runs images of other architectures, in tests' },
  chromium: { program: 'chromium', why: 'looks at the dashboard, in tests' },
  iproute2: { program: 'ip', why: 'makes the network of test devices' },
  iptables: { program: 'iptables', why: 'cuts the links of test devices' },
  'btrfs-progs': { program: 'mkfs.btrfs', why: 'makes disks that share blocks, in tests' },
  xfsprogs: { program: 'mkfs.xfs', why: 'makes disks that share blocks, in tests' },
  dosfstools: { program: 'mkfs.vfat', why: 'makes file systems of USB sticks, in tests' },
  exfatprogs: { program: 'mkfs.exfat', why: 'makes file systems of USB sticks, in tests' },
  attr: { program: 'setfattr', why: 'gives files attributes, in tests' },
  faketime: { program: 'faketime', why: 'sets the clocks of test devices' },
  openssl: { program: 'openssl', why: 'makes certificates, in tests' },
  mmdebstrap: { program: 'mmdebstrap', why: 'makes images of Debian, in benchmarks' },
  rdiff: { program: 'rdiff', why: 'patches layers as the peer does, in benchmarks' },
  zstd: { program: 'zstd', why: 'patches layers, in benchmarks' },
  bsdiff: { program: 'bsdiff', why: 'patches layers, in benchmarks' },
  time: { program: 'time', why: 'measures the memory of programs, in benchmarks' },
  // Debian's docker.io starts no container without it where the kernel has AppArmor on.
  apparmor: { program: 'apparmor_parser', why: 'confines containers', unless: () => !hasAppArmor() },
}

/** Installs what is missing of these Debian packages, after saying so; elsewhere says what to do by hand. */
export async function installPackages(names) {
  const missing = names.filter((name) => isMissing(name))
  if (missing.length === 0) return done('system packages', names.join(', '))
  if (!isDebian()) throw new SetupError(instructions(missing))
  const commands = [
    ['apt-get', 'update', '--quiet'],
    ['apt-get', 'install', '--yes', '--quiet', '--no-install-recommends', ...missing],
    ...(await serviceStops(missing)),
  ]
  doing('these Debian packages are missing, and are installed now:')
  for (const name of missing) console.log(`    ${name}  (${NEEDS[name].why})`)
  for (const command of commands) await runAsRoot(command)
  const still = missing.filter((name) => isMissing(name))
  if (still.length > 0) throw new SetupError(`apt-get did not install ${still.join(', ')}: see its messages above.`)
  done('system packages', names.join(', '))
}

/** Where a program is, or undefined. */
export function findProgram(name) {
  const path = (process.env.PATH ?? '').split(delimiter)
  return [...path, '/usr/local/sbin', '/usr/sbin', '/sbin'].map((folder) => join(folder, name)).find(isExecutable)
}

export function isRoot() {
  return process.getuid?.() === 0
}

function isMissing(name) {
  const { program, unless } = NEEDS[name]
  return !unless?.() && findProgram(program) === undefined
}

// The packages bring servers that start at once and take the ports of ours.
async function serviceStops(missing) {
  const services = missing.flatMap((name) => NEEDS[name].service ?? [])
  if (services.length === 0) return []
  if (existsSync('/run/systemd/system')) return [['systemctl', 'disable', '--quiet', '--now', ...services]]
  return services.map((service) => ['service', service, 'stop'])
}

async function runAsRoot(command) {
  const [program, ...args] = isRoot() ? command : ['sudo', ...command]
  console.log(`    $ ${[program, ...args].join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  if (isRoot()) {
    const { code, output } = await runSilently(program, args, { env })
    if (code !== 0 && command[0] === 'apt-get' && args[0] === 'install')
      throw new SetupError(`apt-get failed:\n${output}`)
    return
  }
  if (!findProgram('sudo')) throw new SetupError(`There is no sudo here. As root, run:\n    ${command.join(' ')}`)
  // In the terminal, because sudo may ask for a password.
  const code = await runInTerminal(program, args, { env })
  if (code !== 0 && args[1] === 'install') throw new SetupError('apt-get failed: see its messages above.')
}

function instructions(missing) {
  const lines = missing.map((name) => `    ${NEEDS[name].program}  (Debian's package ${name}: ${NEEDS[name].why})`)
  return [
    'Flotilla installs what it needs on Debian and its relatives only. On this system, please install these programs:',
    ...lines,
    '  A Docker engine that runs already is found at /var/run/docker.sock or by DOCKER_HOST; instead of a registry of',
    '  its own, Flotilla takes one (CNCF distribution) that REGISTRY_URL names. Then run this again.',
  ].join('\n')
}

function isDebian() {
  return existsSync('/etc/debian_version') && findProgram('apt-get') !== undefined
}

function hasAppArmor() {
  try {
    return readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8').startsWith('Y')
  } catch {
    return false
  }
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
