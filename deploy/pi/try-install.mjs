// Tries the one-line installer on a real Debian root with its own systemd, from an empty system to a device that runs an
// app, through a restart, power cuts and updates of the supervisor itself. On demand: it fetches packages of Debian.
//
//   npm run build && node deploy/pi/try-install.mjs [--arch amd64|arm64] [--container] [--cache folder]
//
// It needs root, and debootstrap and, for another architecture than this machine's, qemu-user-static. An emulated system
// cannot start containers of its own (qemu has no clone() as runc wants it), so there an engine of this machine is put in
// place of the board's; all else, apt, Node, systemd and the supervisor, is the board's own.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { enableEmulation, ownPlatform, startDeviceEngine, startDeviceNetwork, waitFor } from '@flotilla/dev'
import { startAptProxy } from './try/apt-proxy.mjs'
import { baseRoot, Board } from './try/board.mjs'
import { startCloud } from './try/cloud.mjs'
import { CHAPTERS } from './try/chapters.mjs'

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: ownPlatform().replace('linux/', '') },
    container: { type: 'boolean', default: false },
    cache: { type: 'string', default: '/var/cache/flotilla-try' },
  },
})
const platform = `linux/${values.arch}`
const isEmulated = platform !== ownPlatform()
const startedAt = Date.now()
const undo = []

function say(text) {
  console.log(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s  ${text}`)
}

async function main() {
  if (isEmulated && !(await enableEmulation(platform))) throw new Error(`This machine cannot run ${platform}.`)
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-try-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  say(`a Debian root for ${values.arch}`)
  const base = await baseRoot(values.cache, values.arch)
  const network = await startDeviceNetwork()
  undo.push(() => network.stop())
  const proxy = await startAptProxy(network.address)
  undo.push(() => proxy.stop())
  say('a control plane')
  const cloud = await startCloud({ folder, network, platform: ownPlatform() })
  undo.push(() => cloud.stop())
  const engine = isEmulated ? await startDeviceEngine({ network }) : undefined
  if (engine) undo.push(() => engine.stop())
  const board = await Board.make(base, folder, { network, proxy: proxy.url, engineSocket: engine?.engine.socket })
  undo.push(() => board.remove())
  await board.boot()
  say(
    `a board: ${(await board.run('. /etc/os-release; echo "$PRETTY_NAME, $(uname -m), systemd $(systemctl --version | head -1)"')).stdout.trim()}`,
  )
  // An emulated supervisor says that it is of its own platform; its containers are this machine's.
  if (isEmulated)
    await board.run(`mkdir -p /etc/flotilla && echo FLOTILLA_PLATFORM=${ownPlatform()} >/etc/flotilla/supervisor.env`)
  const appAddress = engine?.address ?? board.address
  const page = async () => (await execFileText('curl', '-s', '-m', '5', `http://${appAddress}:8000/`)).trim()
  const scene = { board, cloud, say, page, isContainer: values.container, isEmulated, waitFor }
  for (const [title, chapter] of CHAPTERS) {
    say(`── ${title}`)
    await chapter(scene)
  }
  say('all of it went well')
}

async function execFileText(command, ...args) {
  return promisify(execFile)(command, args).then(
    ({ stdout }) => stdout,
    () => '',
  )
}

async function cleanUp() {
  for (const step of undo.splice(0).reverse()) {
    await Promise.resolve(step()).catch((error) => console.error(error))
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void cleanUp().then(() => process.exit(130)))
try {
  await main()
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await cleanUp()
}
process.exit()
