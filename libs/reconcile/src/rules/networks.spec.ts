import { describe, expect, it } from '@jest/globals'
import type { CurrentNetwork } from '../current-state.js'
import { networkName } from '../engine-names.js'
import { planNextSteps } from '../plan-next-steps.js'
import { isSettled } from '../plans.js'
import { withCurrent } from '../testing/fake-engine.js'
import { APP_ID, DEVICE_ID, targetOf, type AppInput } from '../testing/targets.js'
import {
  containerOf,
  deviceRunning,
  newDevice,
  nextSteps,
  nextWaits,
  settle,
  withContainer,
  type World,
} from '../testing/world.js'

const app: AppInput = { services: { web: { networks: { front: {} } } }, networks: { front: {}, unused: {} } }
const changed = targetOf({ ...app, networks: { front: { internal: true } } })

function attachForeign({ engine }: World): World {
  const networks = engine.current.networks.map((it) => ({ ...it, attached: [...it.attached, 'f00d000000000000'] }))
  return { engine: withCurrent(engine, { networks }) }
}

function withNetwork({ engine }: World, network: Partial<CurrentNetwork> & { key: string }): World {
  const name = networkName(DEVICE_ID, APP_ID, network.key)
  const added = { id: `n-${network.key}`, name, appId: APP_ID, specHash: 'x', attached: [], ...network }
  return { engine: withCurrent(engine, { networks: [...engine.current.networks, added] }) }
}

describe('networks', () => {
  it('are made where a service uses them, with the default one for services that name none', () => {
    const target = targetOf({ ...app, services: { ...app.services, db: {}, host: { networkMode: 'host' } } })
    const { world } = settle(newDevice(), target)
    expect(world.engine.current.networks.map(({ key }) => key)).toEqual(['default', 'front'])
    expect(containerOf(world, 'host').networks).toEqual([])
  })

  it('that change let their containers run on while a foreign one is attached', () => {
    const world = attachForeign(deviceRunning(app))
    expect(nextSteps(world, changed)).toEqual([])
    expect(nextWaits(world, changed)).toEqual([
      "Network front cannot be changed while containers that are not Flotilla's use it: f00d00000000.",
    ])
    expect(isSettled(planNextSteps(changed, world.engine.current, 0))).toBe(false)
  })

  it('that are dropped wait for foreign containers, without anybody waiting for them', () => {
    const world = withNetwork(deviceRunning(app), { key: 'old', attached: ['f00d000000000000'] })
    const plan = planNextSteps(targetOf(app), world.engine.current, 0)
    expect(plan.steps).toEqual([])
    expect(plan.waits).toMatchObject([{ for: 'in-use', housekeeping: true }])
    expect(isSettled(plan)).toBe(true)
  })

  it('that are dropped let go of our own containers first, stopped ones too', () => {
    const world = withNetwork(deviceRunning(app), { key: 'old' })
    const front = containerOf(world, 'web').networks
    const old = networkName(DEVICE_ID, APP_ID, 'old')
    const attached = withContainer(world, 'web', { networks: [...front, old], status: 'exited' })
    expect(settle(attached, targetOf(app)).trace).toEqual(['remove web', 'remove-network old, create web', 'start web'])
  })

  it('that are removed come before new ones, which may have the same addresses', () => {
    const target = targetOf({ services: { web: { networks: { fresh: {} } } } })
    expect(settle(deviceRunning(app), target).trace).toEqual([
      'stop web',
      'remove web',
      'remove-network front',
      'create-network fresh',
      'create web',
      'start web',
    ])
  })

  it('that cannot be removed hold up no new ones', () => {
    const world = withNetwork(deviceRunning(app), { key: 'old' })
    const attempts = { 'remove-network n-old': { count: 1, nextAt: world.engine.clock + 5000, error: 'has endpoints' } }
    const failing = { engine: withCurrent(world.engine, { attempts }) }
    const target = targetOf({
      services: { web: { networks: { front: {}, fresh: {} } } },
      networks: { front: {}, fresh: {} },
    })
    expect(nextSteps(failing, target)).toEqual(['create-network fresh'])
  })

  it('of one name are used only when there is but one: the engine would take neither', () => {
    const world = withNetwork(deviceRunning(app), { key: 'front', attached: ['f00d000000000000'] })
    const target = targetOf({ ...app, services: { ...app.services, api: { networks: { front: {} } } } })
    const blocked = settle(world, target)
    expect(blocked.trace).toEqual(['pull api'])
    expect(isSettled(blocked.plan)).toBe(false)
    const networks = blocked.world.engine.current.networks.map((it) => ({
      ...it,
      attached: it.attached.filter((id) => id !== 'f00d000000000000'),
    }))
    const freed = { engine: withCurrent(blocked.world.engine, { networks }) }
    expect(settle(freed, target).trace).toEqual(['remove-network front', 'create api', 'start api'])
  })

  it('that somebody removed are made again before what was attached to them starts', () => {
    const stopped = withContainer(deviceRunning(app), 'web', { status: 'exited', exitCode: 0 })
    const world = { engine: withCurrent(stopped.engine, { networks: [] }) }
    expect(settle(world, targetOf(app)).trace).toEqual(['create-network front', 'start web'])
  })

  it('must all be attached: the power may have gone between creating and attaching', () => {
    const both: AppInput = { services: { web: { networks: { back: {}, front: {} } } } }
    const world = deviceRunning(both)
    const half = withContainer(world, 'web', {
      networks: containerOf(world, 'web').networks.slice(0, 1),
      status: 'created',
    })
    expect(settle(half, targetOf(both)).trace).toEqual(['remove web', 'create web', 'start web'])
  })
})
