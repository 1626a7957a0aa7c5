/**
 * npm run bench -- push
 *
 * How long a changed line takes from `git push` to a device that serves it, against what the same build and registry push
 * take alone with the same engine, alternating in one run of seven rounds. It takes some minutes.
 *
 * Figures, as one JSON object in the last line:
 *   overheadSeconds        what Flotilla adds to build and registry push, median of the rounds
 *   worstOverheadSeconds   the same in the worst round
 *   pushToRunningSeconds   from `git push` to the device serving the line, median
 *   buildAndPushSeconds    build and registry push alone, median
 *   ratio                  of these two
 *   rounds
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  makeBaseImages,
  type RunningEngine,
  type RunningRegistry,
  startDeviceEngine,
  startDeviceNetwork,
  startEngine,
  startRegistry,
  startStack,
  waitFor,
} from '@flotilla/dev'
import { buildAndPush } from './build-and-push.js'
import { ADMIN, createFleet, git } from './fleet.js'
import { median, printReport, seconds } from './report.js'

const ROUNDS = 7

const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
const undo: (() => Promise<unknown> | void)[] = [() => rmSync(folder, { recursive: true, force: true })]
try {
  await measure()
} finally {
  for (const step of undo.reverse()) await step()
}

async function measure(): Promise<void> {
  const network = await startDeviceNetwork()
  undo.push(() => network.stop())
  const builder = await startEngine({ insecureRegistries: [network.subnet] })
  undo.push(() => builder.stop())
  await makeBaseImages(builder.docker)
  const board = await startDeviceEngine({ network })
  undo.push(() => board.engine.kill().then(() => board.stop()))
  const stack = await startStack({
    dataDir: join(folder, 'stack'),
    dockerHost: builder.dockerHost,
    address: network.address,
    admin: ADMIN,
  })
  undo.push(() => stack.stop())
  const registry = await startRegistry()
  undo.push(() => registry.stop())
  const fleet = await createFleet(stack)
  const { provisioningKey, remote } = fleet
  const { networkNamespace, engine } = board
  await stack.addDevice({ name: 'bench', provisioningKey, networkNamespace, dockerHost: engine.dockerHost })
  await fleet.joined()
  const app = join(folder, 'app')
  await prepareApp(app, remote)
  await compare({ app, builder, registry, page: `http://${board.address}:8000/` })
}

async function prepareApp(app: string, remote: string): Promise<void> {
  mkdirSync(app)
  writeFileSync(
    join(app, 'docker-compose.yml'),
    "services:\n  web:\n    build: .\n    ports: ['8000:8080']\n    init: true\n",
  )
  const dockerfile = 'FROM flotilla/busybox:$TARGETARCH\nRUN dd if=/dev/urandom of=/ballast bs=1M count=20\n'
  const rest = 'COPY line.txt /www/index.html\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n'
  writeFileSync(join(app, 'Dockerfile'), dockerfile + rest)
  await git(app, 'init', '--quiet', '--initial-branch', 'main')
  await git(app, 'remote', 'add', 'flotilla', remote)
}

async function compare(parts: {
  app: string
  builder: RunningEngine
  registry: RunningRegistry
  page: string
}): Promise<void> {
  const { app, builder, registry, page } = parts
  const whole: number[] = []
  const alone: number[] = []
  // Round 0 fills caches and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    await change(app, `alone ${round}`)
    const image = `${registry.host}/bench:${round}`
    const aloneSeconds = await timed(() => buildAndPush(builder.docker, app, image))
    await change(app, `flotilla ${round}`)
    const wholeSeconds = await timed(() => pushAndWait(app, page, `flotilla ${round}`))
    if (round === 0) continue
    alone.push(aloneSeconds)
    whole.push(wholeSeconds)
  }
  const overheads = whole.map((value, at) => value - (alone[at] ?? 0))
  const rows = whole.map((value, at) => ({
    round: String(at + 1),
    'git push to running': seconds(value),
    'build and push alone': seconds(alone[at] ?? 0),
    overhead: seconds(overheads[at] ?? 0),
  }))
  printReport('A changed line: from git push to the device serving it', rows, {
    bench: 'push',
    rounds: ROUNDS,
    overheadSeconds: round(median(overheads)),
    worstOverheadSeconds: round(Math.max(...overheads)),
    pushToRunningSeconds: round(median(whole)),
    buildAndPushSeconds: round(median(alone)),
    ratio: round(median(whole) / median(alone)),
  })
}

async function change(app: string, line: string): Promise<void> {
  writeFileSync(join(app, 'line.txt'), `${line}\n`)
  await git(app, 'add', '--all')
  await git(app, 'commit', '--quiet', '--message', line)
}

async function pushAndWait(app: string, page: string, line: string): Promise<void> {
  const pushed = git(app, 'push', '--quiet', 'flotilla', 'main')
  await waitFor(async () => (await (await fetch(page)).text()).trim() === line, {
    what: `the device serves ${line}`,
    timeoutMs: 120_000,
    everyMs: 20,
  })
  await pushed
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return (performance.now() - begin) / 1000
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
