import { setMaxListeners } from 'node:events'
import { withAbort } from './abort.js'
import { EventRecorder } from './events.js'
import { Attempts } from './execute/attempts.js'
import { Executor } from './execute/executor.js'
import { Observer } from './execute/observer.js'
import { Repositories } from './execute/repositories.js'
import { StepRunner } from './execute/run-step.js'
import { createIdentity, openIdentity, type Identity } from './identity.js'
import { Link } from './link/link.js'
import { LogCollector } from './logs/collect-logs.js'
import { LogShipper } from './logs/ship-logs.js'
import { ApplyLoop } from './loops/apply.js'
import { PollLoop } from './loops/poll-target.js'
import { register, registerRequest, type RegisterOptions } from './loops/register.js'
import { ReportLoop } from './loops/report.js'
import { watchEngine } from './loops/watch-engine.js'
import type { Clock, Cloud, Engine, Host, Logger } from './ports.js'
import { ReportBaselineKeeper } from './report/baseline.js'
import { deviceState } from './report/device-state.js'
import { ReleaseWatch } from './report/release-watch.js'
import { StatusBoard } from './status-board.js'
import type { Registration, Store } from './stored.js'
import { TargetKeeper } from './target/target-keeper.js'
import { SUPERVISOR_VERSION } from './version.js'

/** The world as the agent finds it; everything else it makes itself. */
export interface World {
  clock: Clock
  log: Logger
  host: Host
  store: Store
  cloud: (identity: Identity, signal: AbortSignal) => Cloud
  // What belongs to a device can be told apart only once the device is known.
  engine: (deviceId: string) => Engine
}

export interface AgentOptions extends RegisterOptions {
  // Between polls where the server does not say.
  pollMs: number
}

/** Runs until the signal aborts. Containers stay as they are; a bug in any loop ends all of them and rejects. */
export async function runAgent(world: World, options: AgentOptions, signal: AbortSignal): Promise<void> {
  // Every loop, download and log listens to it.
  setMaxListeners(0, signal)
  const { clock, log, host, store } = world
  const identity = await ownIdentity(store)
  const events = new EventRecorder(store.events, clock, log)
  await events.record('supervisor-started', { version: SUPERVISOR_VERSION, bootId: host.facts().bootId })
  const cloud = world.cloud(identity, signal)
  const registration = await ownRegistration({ world, options, cloud, identity, events }, signal)
  if (!registration) return
  await runDevice({ world, options, cloud, identity, events, registration }, signal)
}

interface Membership {
  world: World
  options: AgentOptions
  cloud: Cloud
  identity: Identity
  events: EventRecorder
}

async function ownIdentity(store: Store): Promise<Identity> {
  const stored = await store.identity.read()
  if (stored) return openIdentity(stored)
  const created = createIdentity()
  // On disk before anyone hears of it: a key that is lost is a board that is lost.
  await store.identity.write(created)
  return openIdentity(created)
}

async function ownRegistration(parts: Membership, signal: AbortSignal): Promise<Registration | undefined> {
  const { world, options, cloud, identity, events } = parts
  const known = await world.store.registration.read()
  if (known) return known
  const request = registerRequest(identity, world.host.board(), options)
  const registration = await register(cloud, request, world, signal)
  if (!registration) return undefined
  await world.store.registration.write(registration)
  const { deviceId, deviceName, fleetId } = registration
  await events.record('registered', { deviceId, deviceName, fleetId })
  return registration
}

async function runDevice(parts: Membership & { registration: Registration }, signal: AbortSignal): Promise<void> {
  const { world, options, cloud, identity, events, registration } = parts
  const { clock, log, store } = world
  const engine = world.engine(registration.deviceId)
  const board = new StatusBoard()
  const trust = { registration, hardwareUuid: identity.uuid }
  const targets = new TargetKeeper(trust, store.target, events, log)
  const apply = await applyLoop({ ...parts, engine, board, targets }, signal)
  const report = await reportLoop({ ...parts, engine, board, targets })
  const poll = new PollLoop(cloud, targets, options.pollMs, { clock, log })
  const peer = { generation: () => targets.target?.generation ?? 0, onTargetChanged: () => poll.wake() }
  const collector = new LogCollector(engine, store.logs, board, { clock, log })
  const shipper = new LogShipper(cloud, store.logs, { clock, log })
  collector.collected.add(() => shipper.wake())
  await targets.load()
  await allOrNone(signal, [
    (end) => apply.run(end),
    (end) => watchEngine(engine, () => apply.wake(), world, end),
    (end) => poll.run(end),
    (end) => report.run(end),
    (end) => new Link(cloud, peer, world).run(end),
    (end) => collector.run(end),
    (end) => shipper.run(end),
  ])
  // What the collector took in after the shipper had ended.
  await store.logs.flush()
}

/** A loop ends only when told to, or by a bug: then the others are told, and the supervisor starts anew. */
function allOrNone(signal: AbortSignal, loops: ((end: AbortSignal) => Promise<void>)[]): Promise<void> {
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

async function applyLoop(
  parts: Membership & { engine: Engine; board: StatusBoard; targets: TargetKeeper },
  signal: AbortSignal,
): Promise<ApplyLoop> {
  const { world, engine, board, targets, cloud, events } = parts
  const { clock, log, store, host } = world
  const attempts = new Attempts(store.attempts, clock)
  const repositories = new Repositories(store.repositories)
  await Promise.all([attempts.load(), repositories.load()])
  const runner = new StepRunner(engine, cloud, repositories)
  const executor = new Executor({ runner, attempts, events, clock, log }, signal)
  const observer = new Observer(engine, executor, repositories, host.board().platform)
  return new ApplyLoop({ observer, executor, targets, board, clock, log })
}

async function reportLoop(
  parts: Membership & { engine: Engine; board: StatusBoard; targets: TargetKeeper },
): Promise<ReportLoop> {
  const { world, engine, board, targets, cloud, events } = parts
  const { clock, log, store, host } = world
  const releases = new ReleaseWatch(store.lastGood, board, events, log)
  const baseline = new ReportBaselineKeeper(store.reportBaseline)
  await Promise.all([releases.load(), baseline.load()])
  const supervisor = { version: SUPERVISOR_VERSION, startedAt: new Date(clock.now()).toISOString() }
  const versions: { engine?: string } = {}
  const state = () =>
    deviceState({
      supervisor,
      host: { ...host.facts(), engine: versions.engine },
      hasTarget: targets.target !== undefined,
      status: board.status,
      engineError: board.engineError,
      lastGood: releases.lastGood,
      acknowledged: baseline.state,
    })
  const report = new ReportLoop(cloud, state, { baseline, events: store.events }, { clock, log })
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
  return report
}
