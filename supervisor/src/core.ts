import { noteStart, permit } from '@flotilla/reconcile'
import { boardContract } from './balena/board-contract.js'
import type { EventRecorder } from './events.js'
import { Attempts } from './execute/attempts.js'
import { Executor } from './execute/executor.js'
import { Observer } from './execute/observer.js'
import { Repairs } from './execute/repairs.js'
import { Repositories } from './execute/repositories.js'
import { StepRunner } from './execute/run-step.js'
import { SourceReader } from './execute/sources.js'
import { SpoiledPrograms } from './execute/spoiled-programs.js'
import type { AddedToSteps, StepHandlers } from './execute/step-handlers.js'
import type { Identity } from './identity.js'
import { Listeners } from './listeners.js'
import { ApplyLoop } from './loops/apply.js'
import { MemoryKeeper } from './memory-keeper.js'
import type { Core, MakePart, Part } from './part.js'
import type { Cloud } from './ports.js'
import { RequestsKeeper } from './requests-keeper.js'
import { StatusBoard } from './status-board.js'
import type { Registration } from './stored.js'
import { forgetStopped } from './trial/forget-stopped.js'
import { TrialWatch } from './trial/trial-watch.js'
import { TargetKeeper } from './target/target-keeper.js'
import type { TimeKeeper } from './time/time-keeper.js'
import type { AgentOptions, World } from './world.js'

/** A board that has a place in a fleet. */
export interface Membership {
  world: World
  clock: TimeKeeper
  options: AgentOptions
  cloud: Cloud
  identity: Identity
  events: EventRecorder
  registration: Registration
}

export interface OpenedCore {
  core: Core
  // All parts as one.
  part: Part
  repositories: Repositories
  attempts: Attempts
}

/** Takes up what an earlier run left on the disk, and makes the parts. Nothing runs yet, and nothing waits for a network. */
export async function openCore(member: Membership, signal: AbortSignal): Promise<OpenedCore> {
  const { world, clock, cloud, identity, events, registration } = member
  const { log, store, host } = world
  const engine = world.engine(registration.deviceId)
  const memory = new MemoryKeeper(store.memory)
  const requests = new RequestsKeeper(store.requests)
  const targets = new TargetKeeper({ registration, hardwareUuid: identity.uuid }, store.target, events, log)
  const attempts = new Attempts(store.attempts, clock)
  const repositories = new Repositories(store.repositories)
  const repairs = new Repairs(store.repairs, engine, events, { clock, log })
  await Promise.all([memory, requests, targets, attempts, repositories, repairs].map((kept) => kept.load()))
  // Parts bring theirs, and may already hold the executor by then.
  const added: AddedToSteps = {}
  const runner = new StepRunner(engine, cloud, { repositories, requests }, added)
  const core: Core = {
    ...{ identity, registration, cloud, engine, host, store, memory, requests, targets, events, clock, log },
    board: new StatusBoard(),
    executor: new Executor({ runner, attempts, repairs, events, clock, log }, signal),
    offers: {},
    canDo: (kind) => added.steps?.[kind] !== undefined,
    commandsWaiting: new Listeners(),
    lookWanted: new Listeners(),
    pollWanted: new Listeners(),
    reported: new Listeners(),
  }
  new SpoiledPrograms(core.board, engine, repairs, log)
  const part = await makeParts(world.parts, core)
  Object.assign(core.offers, part.offers)
  const beginSwitch: StepHandlers['begin-switch'] = (step) => memory.update((it) => permit(it, step))
  const { surroundings, beforeCreate, pullImage } = part
  const steps: StepHandlers = { 'begin-switch': beginSwitch, ...part.steps }
  Object.assign(added, { steps, surroundings, beforeCreate, pullImage })
  await noteNewStart(core)
  return { core, part, repositories, attempts }
}

/** A release may be what makes the board start again and again. A disk that takes nothing must not keep it from running. */
async function noteNewStart({ memory, requests, targets, log }: Core): Promise<void> {
  await memory.update(noteStart).catch((error: unknown) => log.error('start could not be noted', { error }))
  let former = targets.target
  targets.changed.add(() => {
    const { target } = targets
    const before = former
    former = target
    if (!target || !before) return
    requests
      .edit((it) => forgetStopped(it, before, target))
      .catch((error: unknown) => log.error('requests could not be kept', { error }))
  })
}

/** All of them as one. */
async function makeParts(makers: readonly MakePart[], core: Core): Promise<Part> {
  const parts: Part[] = []
  for (const make of makers) parts.push(await make(core))
  return {
    steps: Object.assign({}, ...parts.map(({ steps }) => steps)) as Part['steps'],
    sources: Object.assign({}, ...parts.map(({ sources }) => sources)) as Part['sources'],
    report: Object.assign({}, ...parts.map(({ report }) => report)) as Part['report'],
    offers: Object.assign({}, ...parts.map(({ offers }) => offers)) as Part['offers'],
    surroundings: parts.find(({ surroundings }) => surroundings)?.surroundings,
    beforeCreate: parts.find(({ beforeCreate }) => beforeCreate)?.beforeCreate,
    pullImage: parts.find(({ pullImage }) => pullImage)?.pullImage,
    loops: parts.flatMap(({ loops }) => loops ?? []),
  }
}

/** The loop that makes the engine run the target; it is woken by whatever it depends on. */
export function makeApplyLoop({ world, clock }: Membership, opened: OpenedCore): ApplyLoop {
  const { core, part, repositories, attempts } = opened
  const { engine, executor, memory, requests, targets, board, events } = core
  const { log, host } = world
  const sources = new SourceReader(part.sources ?? {}, log)
  const { platform } = host.board()
  const contract = boardContract(host)
  const observer = new Observer({
    ...{ engine, executor, repositories, memory, requests, sources, clock, platform, contract },
  })
  const trials = new TrialWatch({ engine, memory, requests, attempts, events, clock, log })
  const loop = new ApplyLoop({ observer, executor, targets, trials, board, clock, log })
  for (const wakes of [requests.changed, clock.changed, core.lookWanted]) wakes.add(() => loop.wake())
  return loop
}
