import { setMaxListeners } from 'node:events'
import { withAbort } from './abort.js'
import { makeApplyLoop, openCore, type Membership, type OpenedCore } from './core.js'
import { Link } from './link/link.js'
import { LogCollector } from './logs/collect-logs.js'
import { LogShipper } from './logs/ship-logs.js'
import { PollLoop } from './loops/poll-target.js'
import { ReportLoop } from './loops/report.js'
import { watchEngine } from './loops/watch-engine.js'
import type { Loop } from './part.js'
import { HeldUp } from './report/held-up.js'
import { ReportBaselineKeeper } from './report/baseline.js'
import { deviceState } from './report/device-state.js'
import { RunningReleases } from './report/running-releases.js'
import { DatedEvents } from './time/dated-events.js'
import { startTime } from './time/start-time.js'
import { SUPERVISOR_VERSION } from './version.js'

/** Runs all loops of one device until the signal aborts, or one of them ends by a bug. */
export async function superviseDevice(member: Membership, signal: AbortSignal): Promise<void> {
  const { world, clock, options, cloud } = member
  const { log, store } = world
  const opened = await openCore(member, signal)
  const { core, part } = opened
  const apply = makeApplyLoop(member, opened)
  const report = await reportLoop(member, opened)
  const poll = new PollLoop(cloud, core.targets, options.pollMs, { clock, log })
  core.pollWanted.add(() => poll.wake())
  poll.polled.add(() => core.commandsWaiting.notify())
  tellFirstPlan(core)
  const collector = new LogCollector(core.engine, store.logs, core.board, { clock, log })
  const shipper = new LogShipper(cloud, store.logs, { clock, log })
  collector.collected.add(() => shipper.wake())
  await allOrNone(signal, [
    (end) => apply.run(end),
    (end) => watchEngine(core.engine, () => apply.wake(), { clock, log }, end),
    (end) => poll.run(end),
    (end) => report.run(end),
    (end) => link(member, opened).run(end),
    (end) => collector.run(end),
    (end) => shipper.run(end),
    ...(part.loops ?? []),
  ])
  // What the collector took in after the shipper had ended.
  await store.logs.flush()
}

/** From here on the board looks after its apps: the end of every start, with or without a link. */
function tellFirstPlan({ board, log }: OpenedCore['core']): void {
  const forget = board.changed.add(() => {
    if (!board.status) return
    const { steps, waits } = board.status.plan
    log.info('first plan', { steps: steps.length, waits: waits.length })
    forget()
  })
}

/** A loop ends only when told to, or by a bug: then the others are told, and the supervisor starts anew. */
function allOrNone(signal: AbortSignal, loops: Loop[]): Promise<void> {
  return withAbort(signal, async (controller) => {
    setMaxListeners(0, controller.signal)
    const endAll = (cause: unknown) => {
      controller.abort()
      throw cause
    }
    const ends = await Promise.allSettled(loops.map((loop) => loop(controller.signal).catch(endAll)))
    const bug = ends.find((end) => end.status === 'rejected')
    if (bug) throw new Error('A loop of the supervisor ended', { cause: bug.reason })
  })
}

function link({ cloud, clock, world }: Membership, { core }: OpenedCore): Link {
  const peer = {
    generation: () => core.targets.target?.generation ?? 0,
    onTargetChanged: () => core.pollWanted.notify(),
    onCommandsWaiting: () => core.commandsWaiting.notify(),
  }
  return new Link(cloud, peer, { clock, log: world.log })
}

async function reportLoop(
  { world, clock, cloud, events }: Membership,
  { core, part }: OpenedCore,
): Promise<ReportLoop> {
  const { engine, board, targets } = core
  const { log, store, host } = world
  new HeldUp(board, events, clock)
  const releases = new RunningReleases(store.runningReleases, board, events, log)
  const baseline = new ReportBaselineKeeper(store.reportBaseline)
  await Promise.all([releases.load(store.lastGood), baseline.load()])
  const startedAt = startTime(clock)
  const versions: { engine?: string } = {}
  const state = () =>
    deviceState({
      supervisor: { version: SUPERVISOR_VERSION, startedAt: startedAt() },
      host: { ...host.facts(), engine: versions.engine, ...part.report?.host?.() },
      hasTarget: targets.target !== undefined,
      status: board.status,
      engineError: board.engineError,
      keepError: targets.keepError,
      snapshots: part.report?.snapshots?.() ?? {},
      tags: part.report?.tags?.(),
      transfers: part.report?.transfers?.(),
      acknowledged: baseline.state,
    })
  const report = new ReportLoop(
    cloud,
    state,
    { baseline, events: new DatedEvents(store.events, clock), metrics: part.report?.metrics },
    { clock, log },
  )
  board.changed.add(() => {
    if (versions.engine === undefined && board.status) {
      engine.version().then(
        (version) => (versions.engine = version),
        () => undefined,
      )
    }
    report.wake()
  })
  events.recorded.add(() => report.wake())
  targets.lost.add(() => report.wake())
  report.acknowledged.add(() => core.reported.notify())
  return report
}
