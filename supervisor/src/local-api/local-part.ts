import { Actions } from '../actions/actions.js'
import { balenaEnvironment } from '../balena/environment.js'
import { featuresOf } from '../balena/features.js'
import { v1Routes } from '../balena/v1-routes.js'
import { v2Routes } from '../balena/v2-routes.js'
import { CommandLoop } from '../commands/command-loop.js'
import { DurableValue } from '../durable-value.js'
import { LockFiles } from '../locks/lock-files.js'
import { Locks } from '../locks/locks.js'
import { TakenLocks } from '../locks/taken-locks.js'
import type { Core, MakePart, Part } from '../part.js'
import type { StoredLocks } from '../locks/stored-locks.js'
import { AccessTokens } from './access.js'
import { LocalListeners, type Listen } from './listeners.js'
import { LocalApi } from './local-api.js'
import type { Route } from './route.js'
import { appRoutes } from './routes/app-routes.js'
import { deviceRoutes, type Tags } from './routes/device-routes.js'
import { eventRoutes } from './routes/event-routes.js'
import { lockRoutes } from './routes/lock-routes.js'
import { snapshotRoutes } from './routes/snapshot-routes.js'
import { BASE_PATH, doorFor, localEnvironment } from './surroundings.js'
import { TakeOvers } from './take-overs.js'

export interface LocalOptions {
  // Undefined: apps get no local API. Locks by file, hand-overs and commands work all the same.
  port: number | undefined
  // The engine's socket, for services that ask for it. Absent: it is not on this machine.
  engineSocket?: string
  listen: Listen
  // Of other parts, below the same path.
  more?: (core: Core) => Route[]
}

/** What apps on the board, and people over the control plane, may ask: locks, the local API, and commands. */
export function localPart(options: LocalOptions): MakePart {
  return async (core): Promise<Part> => {
    const { port, listen, engineSocket } = options
    const parts = await openParts(core)
    const { actions, locks, takeOvers, tags } = parts
    const tokens = new AccessTokens(core.identity)
    const all = [...below(options.more?.(core) ?? []), ...routes(core, parts, port ?? 0)]
    const api = new LocalApi(all, tokens, core)
    const commands = new CommandLoop(core, actions, core.store.commands)
    const listeners =
      port === undefined ? undefined : new LocalListeners(core, { port, listen }, (request) => api.answer(request))
    return {
      sources: {
        locks: (containers) => locks.forPlan(containers),
        hasTakenOver: (container) => takeOvers.hasTakenOver(container),
      },
      report: { tags: () => tags.value },
      surroundings: async (step) => {
        const door = await doorFor(core, port, step.spec)
        const features = featuresOf(step.spec.config, engineSocket)
        const environment = {
          ...balenaEnvironment(core, step, door, tokens),
          ...localEnvironment(step, door, tokens),
          ...features.environment,
        }
        return { ...features, environment }
      },
      loops: [
        (end) => locks.run(core, end),
        (end) => commands.run(end),
        ...(listeners ? [(end: AbortSignal) => listeners.run(end)] : []),
      ],
    }
  }
}

interface Opened {
  actions: Actions
  locks: Locks
  taken: TakenLocks
  takeOvers: TakeOvers
  tags: Tags
}

async function openParts(core: Core): Promise<Opened> {
  const { store, engine, clock, board, targets, requests } = core
  const kept = new DurableValue<StoredLocks>(store.locks, { taken: [], files: {} })
  const tags: Tags = new DurableValue<Record<string, string>>(store.tags, {})
  const takeOvers = new TakeOvers(store.takeOvers, engine)
  await Promise.all([kept, tags, takeOvers].map((value) => value.load()))
  const taken = new TakenLocks(kept, clock, clock.stamp().boot)
  taken.load()
  taken.changed.add(() => core.lookWanted.notify())
  const files = new LockFiles(engine, kept, clock)
  const locks = new Locks({ files, taken, board, targets, requests })
  return { actions: new Actions(core, locks), locks, taken, takeOvers, tags }
}

function routes(core: Core, { actions, taken, takeOvers, tags }: Opened, port: number): Route[] {
  const own = [
    ...appRoutes(core, actions, takeOvers),
    ...deviceRoutes(core, actions, tags),
    ...eventRoutes(core),
    ...lockRoutes(core, taken),
    ...snapshotRoutes(core, actions),
  ]
  return [...below(own), ...v1Routes(core, actions, port), ...v2Routes(core, actions, tags)]
}

function below(routes: readonly Route[]): Route[] {
  return routes.map((route) => ({ ...route, path: `${BASE_PATH}${route.path}` }))
}
