import type { Target } from '@flotilla/contracts'
import type { CurrentContainer } from '../current-state.js'
import { ownMember } from '../own-member.js'
import type { Plan, Step } from '../plan.js'
import { planNextSteps } from '../plan-next-steps.js'
import { stepKey } from '../step-key.js'
import { applyStep, changeContainer, emptyEngine, withCurrent, type Engine } from './fake-engine.js'
import { targetOf, type AppInput } from './targets.js'

/*
 * A device with the fake engine: time passes, downloads end, programs become healthy or end, steps fail.
 */

/** How the programs of a service behave; by default they run for ever, and are healthy if asked. */
export interface Behaviour {
  exitCode?: number
  hasHealthCheck?: boolean
  isUnhealthy?: boolean
  // It is the kernel that ends it.
  isOutOfMemory?: boolean
}

export interface World {
  engine: Engine
  // By service, or by image where the releases of one behave differently.
  behaviours?: Record<string, Behaviour>
  // The error of a step that fails, by the device and not by the planner's fault.
  failure?: (step: Step, engine: Engine) => string | undefined
}

const ROUND_MS = 1000
const BACK_OFF_MS = 10_000

export function newDevice(behaviours: World['behaviours'] = {}): World {
  return { engine: emptyEngine(), behaviours }
}

/** A device that runs what `app` asks for. */
export function deviceRunning(app: AppInput, behaviours: World['behaviours'] = {}): World {
  return settle(newDevice(behaviours), targetOf(app)).world
}

/** The only container of a service. */
export function containerOf({ engine }: World, service: string): CurrentContainer {
  const [container] = engine.current.containers.filter((it) => it.service === service)
  if (!container) throw new Error(`There is no container of ${service}.`)
  return container
}

/** The same device after something happened to a service's container. */
export function withContainer<W extends World>(world: W, service: string, changes: Partial<CurrentContainer>): W {
  return { ...world, engine: changeContainer(world.engine, containerOf(world, service).id, changes) }
}

/** What would be done now, in short. */
export function nextSteps({ engine }: World, target: Target): string[] {
  return planNextSteps(target, engine.current, engine.clock).steps.map(brief)
}

/** What is waited for now, in whole sentences. */
export function nextWaits({ engine }: World, target: Target): string[] {
  return planNextSteps(target, engine.current, engine.clock).waits.map(({ reason }) => reason)
}

/** One round of the supervisor: observe, plan, carry out. */
export function takeTurn(
  world: World,
  target: Target,
  shuffle = (steps: Step[]) => steps,
): { world: World; plan: Plan } {
  const plan = planNextSteps(target, world.engine.current, world.engine.clock)
  const engine = shuffle(plan.steps).reduce(
    (before, step) => carryOut({ ...world, engine: before }, step),
    world.engine,
  )
  return { world: letTimePass({ ...world, engine }, plan), plan }
}

/** Rounds until nothing happens any more: what was done in each, and what is left to wait for. */
export function settle(world: World, target: Target, mostRounds = 60): { world: World; trace: string[]; plan: Plan } {
  const trace: string[] = []
  for (let round = 0; round < mostRounds; round++) {
    const turn = takeTurn(world, target)
    if (isAtRest(world, turn.plan)) return { world, trace, plan: turn.plan }
    if (turn.plan.steps.length > 0) trace.push(turn.plan.steps.map(brief).join(', '))
    world = turn.world
  }
  throw new Error(`Nothing settled in ${mostRounds} rounds:\n${trace.join('\n')}`)
}

/** `stop web`, for traces that people read. */
export function brief(step: Step): string {
  const verb = step.kind.replace('-container', '')
  switch (step.kind) {
    case 'pull-image':
      return `pull ${step.services.join('+')}`
    case 'remove-image':
      return `remove-image ${step.image.slice(step.image.indexOf('/') + 1, step.image.indexOf('@'))}`
    case 'create-network':
    case 'create-volume':
    case 'snapshot-volume':
    case 'restore-volume':
      return `${verb} ${step.key}`
    case 'remove-network':
      return `${verb} ${step.name.slice(step.name.lastIndexOf('-') + 1)}`
    default:
      return 'service' in step ? `${verb} ${step.service}` : step.kind
  }
}

export function carryOut(world: World, step: Step): Engine {
  const { engine } = world
  const key = stepKey(step)
  const { [key]: former, ...attempts } = engine.current.attempts
  const error = world.failure?.(step, engine)
  if (error === undefined) return withCurrent(applyStep(engine, step), { attempts })
  const attempt = { count: (former?.count ?? 0) + 1, nextAt: engine.clock + BACK_OFF_MS, error }
  return withCurrent(engine, { attempts: { ...attempts, [key]: attempt } })
}

/** What happens by itself until the next round. A device that only waits sleeps until the first of its times. */
export function letTimePass(world: World, plan?: Plan): World {
  const { engine } = world
  const times = plan?.steps.length === 0 ? plan.waits.flatMap(({ until }) => (until === undefined ? [] : [until])) : []
  const clock = Math.max(engine.clock + ROUND_MS, times.length > 0 ? Math.min(...times) : 0)
  const { images, downloading, containers } = engine.current
  const fetched = withCurrent(
    { ...engine, clock },
    { images: [...new Set([...images, ...downloading])], downloading: [] },
  )
  return { ...world, engine: containers.reduce((before, container) => live(world, before, container), fetched) }
}

/** Whether neither the planner nor time will change anything any more. */
export function isAtRest(world: World, plan: Plan): boolean {
  if (plan.steps.length > 0 || plan.waits.some(({ until }) => until !== undefined)) return false
  return JSON.stringify(letTimePass(world).engine.current) === JSON.stringify(world.engine.current)
}

function live({ behaviours = {} }: World, engine: Engine, container: CurrentContainer): Engine {
  const { id, status } = container
  const behaviour = ownMember(behaviours, container.image) ?? ownMember(behaviours, container.service)
  if (status === 'removing') {
    return withCurrent(engine, { containers: engine.current.containers.filter((it) => it.id !== id) })
  }
  if (status === 'restarting' || status === 'paused')
    return changeContainer(engine, id, { status: 'running', startedAt: engine.clock })
  if (status !== 'running') return engine
  if (behaviour?.exitCode !== undefined) {
    const ended = end(engine, container, behaviour.exitCode)
    return behaviour.isOutOfMemory ? changeContainer(ended, id, { oomKilled: true }) : ended
  }
  if (!behaviour?.hasHealthCheck) return engine
  if (container.health === undefined) return changeContainer(engine, id, { health: 'starting' })
  return changeContainer(engine, id, { health: behaviour.isUnhealthy ? 'unhealthy' : 'healthy' })
}

// The engine's part: it starts again what ends against its restart policy, but for what depends on others.
function end(
  engine: Engine,
  { id, restart, restartCount = 0, dependsOn = [] }: CurrentContainer,
  exitCode: number,
): Engine {
  const most = restart?.maximumRetryCount || Infinity
  const isRetried = restart?.name === 'on-failure' && exitCode !== 0 && restartCount < most
  const isAlways = restart?.name === 'always' || restart?.name === 'unless-stopped'
  const next =
    (isRetried || isAlways) && dependsOn.length === 0
      ? { status: 'restarting' as const, restartCount: restartCount + 1 }
      : { status: 'exited' as const }
  return changeContainer(engine, id, { ...next, exitCode, finishedAt: engine.clock })
}
