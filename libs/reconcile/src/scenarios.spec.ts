import { describe, expect, it } from '@jest/globals'
import { isSettled } from './plans.js'
import { imageOf, OTHER_APP_ID, targetOf, type AppInput } from './testing/targets.js'
import { deviceRunning, newDevice, settle, takeTurn, withContainer, type World } from './testing/world.js'

/*
 * Recorded scenarios: every line is one round, the steps in it are independent of each other.
 */

const station: AppInput = {
  services: {
    db: { healthcheck: { test: ['CMD', 'ready'] }, volumes: [{ type: 'volume', source: 'readings', target: '/data' }] },
    api: { dependsOn: { db: { condition: 'service_healthy' } } },
    web: { dependsOn: { api: { condition: 'service_started' } } },
  },
  volumes: { readings: {} },
}
const healthyDb = { db: { hasHealthCheck: true } }

function containerIds({ engine }: World): Record<string, string> {
  return Object.fromEntries(engine.current.containers.map(({ service, id }) => [service, id]))
}

describe('a device', () => {
  it('fetches and starts its first release in the order of its dependencies', () => {
    const { trace, plan } = settle(newDevice(healthyDb), targetOf(station))
    expect(trace).toEqual([
      'pull api, pull db, pull web'.split(', ').sort().join(', '),
      'create-volume readings, create-network default',
      'create db',
      'start db',
      'create api',
      'start api',
      'create web',
      'start web',
    ])
    expect(isSettled(plan)).toBe(true)
  })

  it('does nothing at all once everything is right', () => {
    const world = deviceRunning(station, healthyDb)
    expect(settle(world, targetOf(station)).trace).toEqual([])
  })

  it('restarts only the one of three services that a release changes', () => {
    const before = deviceRunning(station, healthyDb)
    const next = targetOf({
      ...station,
      version: '1.1.0',
      services: { ...station.services, api: { ...station.services.api, version: 2 } },
    })
    const { trace, world } = settle(before, next)
    expect(trace).toEqual(['pull api', 'stop api', 'remove api', 'create api', 'start api', 'remove-image api'])
    expect({ ...containerIds(world), api: '' }).toEqual({ ...containerIds(before), api: '' })
    expect(containerIds(world).api).not.toBe(containerIds(before).api)
  })

  it('starts nothing again when its app is renamed or its release only counts up', () => {
    const target = targetOf({ ...station, version: '2.0.0' })
    const renamed = { ...target, apps: target.apps.map((app) => ({ ...app, name: 'climate' })) }
    expect(settle(deviceRunning(station, healthyDb), renamed).trace).toEqual([])
  })

  it('stops a changed service before the changed one that it depends on', () => {
    const services = {
      ...station.services,
      db: { ...station.services.db, version: 2 },
      api: { ...station.services.api, version: 2 },
    }
    expect(settle(deviceRunning(station, healthyDb), targetOf({ ...station, services })).trace).toEqual([
      'pull api, pull db',
      'stop api',
      'stop db, remove api',
      'remove db',
      'create db',
      'start db',
      'create api',
      'start api',
      'remove-image api, remove-image db',
    ])
  })

  it('takes every container off a network that changes, and no other one', () => {
    const app: AppInput = {
      services: {
        web: { networks: { front: {} } },
        api: { networks: { front: {}, back: {} } },
        db: { networks: { back: {} } },
      },
      networks: { front: {}, back: {} },
    }
    const changed = targetOf({ ...app, networks: { front: { internal: true }, back: {} } })
    expect(settle(deviceRunning(app), changed).trace).toEqual([
      'stop api, stop web',
      'remove api, remove web',
      'remove-network front',
      'create-network front',
      'create api, create web',
      'start api, start web',
    ])
  })

  it('clears away the app of its former fleet but keeps its volumes when it has moved', () => {
    const before = deviceRunning(station, healthyDb)
    const moved = targetOf({ id: OTHER_APP_ID, services: { radio: {} } })
    const { trace, world } = settle(before, moved)
    expect(trace).toEqual([
      'pull radio',
      'stop web',
      'stop api, remove web',
      'stop db, remove api',
      'remove db',
      'remove-network default',
      'create-network default',
      'create radio',
      'start radio',
      'remove-image api, remove-image db, remove-image web',
    ])
    expect(world.engine.current.volumes).toEqual(before.engine.current.volumes)
  })

  it('stops everything of a fleet without a release', () => {
    const { world, plan } = settle(deviceRunning(station, healthyDb), targetOf())
    expect(isSettled(plan)).toBe(true)
    expect(world.engine.current).toMatchObject({ containers: [], networks: [], images: [] })
    expect(world.engine.current.volumes).toHaveLength(1)
  })

  it('runs a migration to its end before the service that waits for it, and keeps the old one running meanwhile', () => {
    const app = (version: number): AppInput => ({
      services: {
        migrate: { version, restart: { name: 'no' } },
        web: { version, dependsOn: { migrate: { condition: 'service_completed_successfully' } } },
      },
    })
    const behaviours = { migrate: { exitCode: 0 } }
    const { trace } = settle(deviceRunning(app(1), behaviours), targetOf(app(2)))
    expect(trace).toEqual([
      'pull migrate, pull web',
      'remove migrate',
      'create migrate',
      'start migrate',
      'stop web',
      'remove web',
      'create web',
      'start web',
      'remove-image migrate, remove-image web',
    ])
  })

  it('keeps the old service running when the migration of the new one fails', () => {
    const app = (version: number): AppInput => ({
      services: {
        migrate: { version, restart: { name: 'no' } },
        web: { version, dependsOn: { migrate: { condition: 'service_completed_successfully' } } },
      },
    })
    const before = deviceRunning(app(1), { migrate: { exitCode: 0 } })
    const { plan, world } = settle({ ...before, behaviours: { migrate: { exitCode: 1 } } }, targetOf(app(2)))
    expect(plan.waits.map(({ reason }) => reason)).toEqual([
      'web waits for migrate to complete: it ended with exit code 1.',
    ])
    expect(world.engine.current.containers.find(({ service }) => service === 'web')).toMatchObject({
      status: 'running',
      image: imageOf('web', 1),
    })
  })

  it('ends in the same state when the power is cut after any one step of an update', () => {
    const before = deviceRunning(station, healthyDb)
    const services = Object.fromEntries(
      Object.entries(station.services).map(([name, it]) => [name, { ...it, version: 2 }]),
    )
    const next = targetOf({ ...station, services })
    const { world: end, trace } = settle(before, next)
    for (let cut = 0; cut < trace.length; cut++) {
      let world = before
      for (let round = 0; round < cut; round++) world = takeTurn(world, next).world
      // Of the round in which the power goes, only the first step is done; at boot the engine restarts what ran.
      world = takeTurn(world, next, (steps) => steps.slice(0, 1)).world
      const { world: after } = settle(world, next)
      expect(statuses(after)).toEqual(statuses(end))
    }
  })

  it('lets go of the newer half-made container when the target goes back meanwhile', () => {
    const before = deviceRunning({ services: { web: {} } })
    const next = targetOf({ services: { web: { version: 2 } } })
    let world = before
    for (let round = 0; round < 4; round++) world = takeTurn(world, next).world
    expect(statuses(world)).toEqual({ [`web ${imageOf('web', 2)}`]: 'created' })
    const { trace, world: after } = settle(world, targetOf({ services: { web: {} } }))
    expect(trace).toEqual(['remove web', 'create web', 'start web', 'remove-image web'])
    expect(statuses(after)).toEqual({ [`web ${imageOf('web', 1)}`]: 'running' })
  })

  it('makes a service anew whose network is that of a container that changes', () => {
    const app = (version: number): AppInput => ({ services: { vpn: { version }, app: { networkMode: 'service:vpn' } } })
    const { trace } = settle(deviceRunning(app(1)), targetOf(app(2)))
    expect(trace).toEqual([
      'pull vpn',
      'stop app',
      'stop vpn, remove app',
      'remove vpn',
      'create vpn',
      'start vpn',
      'create app',
      'start app',
      'remove-image vpn',
    ])
  })

  it('restarts a service whose network died when the engine restarted the container that it joined', () => {
    const world = deviceRunning({ services: { vpn: {}, app: { networkMode: 'service:vpn' } } })
    const crashed = withContainer(world, 'vpn', { startedAt: world.engine.clock })
    const { trace } = settle(crashed, targetOf({ services: { vpn: {}, app: { networkMode: 'service:vpn' } } }))
    expect(trace).toEqual(['stop app', 'start app'])
  })

  it('frees a port that moves from an old service to a new one that it now depends on', () => {
    const before = deviceRunning({ services: { app: { ports: [{ target: 80, published: 80 }] } } })
    const next = targetOf({
      services: { vpn: { ports: [{ target: 80, published: 80 }] }, app: { networkMode: 'service:vpn' } },
    })
    const failure: World['failure'] = (step, { current }) => {
      const isTaken = current.containers.some(({ service, status }) => service === 'app' && status === 'running')
      return step.kind === 'start-container' && step.service === 'vpn' && isTaken
        ? 'port is already allocated'
        : undefined
    }
    const { trace, plan } = settle({ ...before, failure }, next)
    expect(trace).toEqual([
      'pull vpn',
      'create vpn',
      'start vpn',
      'stop app',
      'remove app',
      'start vpn',
      'create app',
      'start app',
    ])
    expect(isSettled(plan)).toBe(true)
  })
})

function statuses({ engine }: World): Record<string, string> {
  return Object.fromEntries(engine.current.containers.map((it) => [`${it.service} ${it.image}`, it.status]))
}
