/*
 * One scenario on one board, with the power going at chosen moments, and what it must have come to in the end.
 */
import type { DeviceState } from '@flotilla/contracts'
import { MemoryBundle } from '../testing/bundle-files.js'
import { imageName, type AppInput } from '../testing/targets.js'
import { Gaps } from './gaps.js'
import { PROGRAMS, PULL_MS, type Scenario } from './scenarios.js'
import { SimBoard } from './sim-board.js'
import { VirtualClock } from './virtual-clock.js'

export interface Outcome {
  /** Moments at which the power could have gone, from the change to the end. */
  moments: number
  /** "before create-container web", where it went. */
  cutAt: string[]
  /** Sentences; empty: all is as it must be. */
  faults: string[]
}

const MINUTE = 60_000
const LONGEST_MS = 60 * MINUTE
// After it has settled: whatever is left to be cleared away, or flaps, shows within this time.
const AFTERWARDS_MS = 2 * MINUTE

/** `cuts`: the nth moment after the change, and further ones each counted from the boot before. */
export async function runScenario(scenario: Scenario, cuts: readonly number[] = []): Promise<Outcome> {
  const board = newBoard()
  board.start()
  await board.run(MINUTE, () => board.cloud.device !== undefined)
  if (scenario.before) await deployBefore(board, scenario)
  const gaps = new Gaps(scenario.before ? lastingServices(scenario) : [], board.daemon, board.clock)
  const start = board.moments
  const cutAt: string[] = []
  board.onPowerGone = (what) => {
    cutAt.push(what)
    const next = cuts[cutAt.length]
    if (next !== undefined) board.cutPowerAt(next)
  }
  if (cuts[0] !== undefined) board.cutPowerAt(cuts[0])
  const fetchedBefore = fetchedBytes(board)
  if (scenario.isFromStick) await updateFromStick(board, scenario)
  else board.cloud.deploy([scenario.change], scenario.changeTarget)
  const isOver = () => cutAt.length === cuts.length && isThere(board, scenario)
  await board.run(LONGEST_MS, isOver)
  await board.run(AFTERWARDS_MS)
  const moments = board.moments - start
  gaps.look()
  await board.stop()
  return {
    moments,
    cutAt,
    faults: [
      ...endFaults(board, scenario),
      ...gapFaults(gaps, scenario),
      ...counterFaults(board, scenario),
      ...(scenario.isFromStick ? stickFaults(board, fetchedBytes(board) - fetchedBefore) : []),
    ],
  }
}

function newBoard(): SimBoard {
  const program = ({ image }: { image: string }) => PROGRAMS[image.slice(0, image.lastIndexOf('@'))] ?? {}
  const board = new SimBoard({ clock: new VirtualClock(Date.parse('2026-11-21T08:00:00Z')), program, pullMs: PULL_MS })
  return board
}

async function deployBefore(board: SimBoard, scenario: Scenario): Promise<void> {
  const { before } = scenario
  if (!before) return
  board.cloud.deploy([before], scenario.changeTarget)
  await board.run(LONGEST_MS, () => appState(board)?.confirmedReleaseId === before.release.id && isSettled(board))
  if (!isSettled(board)) throw new Error(`${scenario.name}: what was before never settled: ${explanation(board)}`)
}

/** Until it has all images, in whatever state it is. */
async function updateFromStick(board: SimBoard, { change, changeTarget }: Scenario): Promise<void> {
  board.hasRegistry = false
  board.cloud.cutLink()
  board.cloud.deploy([change], changeTarget)
  const bytes = board.cloud.bundle()
  board.plugIn(() => new MemoryBundle('/stick/weather.flotilla', bytes))
  await board.run(LONGEST_MS, () => imagesOf(change).every((image) => board.daemon.images.has(image)))
  board.cloud.mendLink()
}

/** The stick has all that is needed, and what it brought is told of. */
function stickFaults({ store }: SimBoard, fetched: number): string[] {
  const isTold = store.events.all.some(({ kind }) => kind === 'bundle-applied')
  return [
    ...(fetched > 0 ? [`${fetched} bytes came from a registry that is not there`] : []),
    ...(isTold ? [] : ['the bundle is not told of']),
  ]
}

function fetchedBytes({ blobs }: SimBoard): number {
  return [...blobs.given.values()].reduce((sum, bytes) => sum + bytes, 0)
}

function isThere(board: SimBoard, { ends, change }: Scenario): boolean {
  const app = appState(board)
  if (app?.confirmedReleaseId !== ends.release.release.id) return false
  // What was given up waits for the next target.
  if (ends.rejected) return app.rejected?.releaseId === change.release.id && state(board).activity === 'waiting'
  return isSettled(board)
}

function endFaults(board: SimBoard, scenario: Scenario): string[] {
  const { ends, volume } = scenario
  const { daemon, volumes } = board
  const running = [...daemon.containers.values()].map(
    ({ step, status }) => `${step.service} ${step.spec.image} ${status}`,
  )
  const wanted = Object.entries(ends.release.services).map(([name, { image, restart }]) => {
    return `${name} ${imageName(image)} ${restart?.name === 'no' ? 'exited' : 'running'}`
  })
  const names = [...daemon.volumes.values()].map(({ step }) => step.key)
  const kept = [...new Set([...volumesOf(scenario.before), ...volumesOf(ends.release)])]
  const dataVolume = [...daemon.volumes.values()].find(({ step }) => step.key === 'data')?.step.name ?? ''
  return [
    ...(isThere(board, scenario) ? [] : [`it has not settled: ${explanation(board)}`]),
    ...difference('containers', running, wanted),
    ...difference('images', [...daemon.images], imagesOf(ends.release)),
    ...kept.filter((key) => !names.includes(key)).map((key) => `volume ${key} is lost`),
    ...difference(
      'blobs',
      board.blobs.list().map(({ digest }) => digest),
      [],
    ),
    ...fetchedTwice(board),
    ...difference('snapshots', [...volumes.snapshots.keys()], []),
    ...(volume ? difference('data', [...new Set(volumes.contents.get(dataVolume))], volume) : []),
  ]
}

/** What was on the disk is never asked for again, wherever the power went; but images that were removed may come again. */
function fetchedTwice({ blobs, daemon }: SimBoard): string[] {
  const removals = daemon.writes.filter((write) => write.startsWith('remove-image')).length
  const often = [...blobs.given].filter(([digest, bytes]) => bytes > (1 + removals) * blobs.sizeOf(digest))
  return often.map(([digest, bytes]) => `${bytes} bytes of blob ${digest} were fetched, it has ${blobs.sizeOf(digest)}`)
}

function gapFaults(gaps: Gaps, { longestGapMs }: Scenario): string[] {
  const long = [...gaps.longest].filter(([, ms]) => ms > longestGapMs)
  return long.map(([service, ms]) => `${service} was away for ${ms / 1000} s, allowed are ${longestGapMs / 1000}`)
}

function counterFaults(board: SimBoard, { ends }: Scenario): string[] {
  const { rejected, trial } = appState(board) ?? {}
  const code = rejected?.code
  return [
    ...(trial ? ['a trial is left over'] : []),
    ...(rejected && !ends.rejected ? [`a good release was given up: ${rejected.reason}`] : []),
    ...(code === 'board-restarted' ? ["the cuts were counted as the release's fault"] : []),
  ]
}

function difference(what: string, found: string[], wanted: string[]): string[] {
  const extra = found.filter((it) => !wanted.includes(it)).map((it) => `${what}: ${it} is left over`)
  const missing = wanted.filter((it) => !found.includes(it)).map((it) => `${what}: ${it} is missing`)
  const twice = found.filter((it, at) => found.indexOf(it) !== at).map((it) => `${what}: ${it} is there twice`)
  return [...extra, ...missing, ...twice]
}

/** Services that should never be missing: they are meant to run for ever, before and after. */
function lastingServices({ before, ends }: Scenario): string[] {
  const isLasting = (app: AppInput | undefined, name: string) =>
    app?.services[name] && app.services[name].restart?.name !== 'no'
  return Object.keys(ends.release.services).filter((name) => isLasting(before, name) && isLasting(ends.release, name))
}

function isSettled(board: SimBoard): boolean {
  return state(board).activity === 'settled'
}

function explanation(board: SimBoard): string {
  return `${state(board).activity}: ${state(board).explanation}`
}

function appState(board: SimBoard): DeviceState['apps'][string] | undefined {
  return Object.values(state(board).apps ?? {})[0]
}

function state(board: SimBoard): Partial<DeviceState> {
  return board.cloud.device?.state ?? {}
}

function imagesOf(app: AppInput | undefined): string[] {
  return [...new Set(Object.values(app?.services ?? {}).map(({ image }) => imageName(image)))]
}

function volumesOf(app: AppInput | undefined): string[] {
  return Object.values(app?.services ?? {}).flatMap(({ volumes = [] }) =>
    volumes.flatMap((mount) => (mount.type === 'volume' && mount.source !== undefined ? [mount.source] : [])),
  )
}
