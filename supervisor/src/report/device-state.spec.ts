import { TargetSchema } from '@flotilla/contracts'
import { containerSpec, planNextSteps, specHash, type CurrentContainer, type CurrentState } from '@flotilla/reconcile'
import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { APP_ID } from '../testing/steps.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'
import { deviceState, type StateFacts } from './device-state.js'

describe('what a device says of itself', () => {
  const supervisor = { version: '1.2.3', startedAt: '2026-11-21T08:00:00Z' }
  const facts: StateFacts = { supervisor, host: {}, hasTarget: true, snapshots: {}, acknowledged: {} }
  const acknowledged = {
    generation: 7,
    activity: 'settled' as const,
    explanation: '',
    host: { engine: '20.10' },
    apps: { [APP_ID]: { services: { web: { status: 'running' as const } } } },
  }
  const target = TargetSchema.parse({
    protocol: 1,
    generation: 8,
    device: { id: randomUUID(), name: 'porch', hardwareUuid: 'a'.repeat(32) },
    fleet: { id: randomUUID(), name: 'fleet', organization: 'acme' },
    apps: [app(2, { web: service(fakeImage('web-2')) })],
  })
  const [good] = TargetSchema.parse({
    ...target,
    apps: [app(1, { web: service(fakeImage('web-1'), { networkMode: 'none' }) })],
  }).apps
  if (!good?.services.web) throw new Error('The last good release has no web')
  const input = { target, app: good, service: 'web', platform: 'linux/arm64' as const }
  const memory = { [APP_ID]: { good } }
  const former: CurrentContainer = {
    id: 'c1',
    name: 'c1',
    appId: APP_ID,
    service: 'web',
    specHash: specHash(containerSpec(input, good.services.web), input),
    status: 'running',
    networks: [],
    volumes: [],
    image: imageName(fakeImage('web-1')),
  }
  const status = (containers: CurrentContainer[]): NonNullable<StateFacts['status']> => {
    const current: CurrentState = {
      platform: 'linux/arm64',
      containers,
      networks: [],
      volumes: [],
      images: [],
      downloading: [],
      attempts: {},
      memory,
    }
    return { target, current, observed: containers, plan: planNextSteps(target, current, 0), at: 0, progress: {} }
  }

  it('is what it said before, until it has looked again after a restart', () => {
    expect(deviceState({ ...facts, acknowledged })).toEqual({ ...acknowledged, supervisor })
  })

  it('is that nothing runs when there is no target', () => {
    const state = deviceState({ ...facts, hasTarget: false, acknowledged })
    expect(state).toMatchObject({ apps: {}, explanation: 'There is no target yet.' })
    expect(state.generation).toBeUndefined()
  })

  it('is that it fails, with what it saw last, while the engine does not answer', () => {
    const state = deviceState({ ...facts, engineError: 'no such socket', status: status([former]) })
    expect(state).toMatchObject({ generation: 8, activity: 'failing', apps: { [APP_ID]: expect.anything() } })
    expect(state.explanation).toContain('no such socket')
  })

  it('goes on naming the release that runs while the next is on its way', () => {
    const state = deviceState({ ...facts, status: status([former]) })
    expect(state.apps[APP_ID]?.releaseId).toBe(good.release.id)
    expect(state.activity).toBe('updating')
  })

  it.each([
    ['one of its services is gone', []],
    ['one of its services is unhealthy', [{ ...former, health: 'unhealthy' as const }]],
    ['one of its services is another one by now', [{ ...former, specHash: 'of release 2' }]],
    ['one of its services keeps crashing', [{ ...former, status: 'restarting' as const }]],
  ])('names no release where %s', (_what, containers) => {
    expect(deviceState({ ...facts, status: status(containers) }).apps[APP_ID]?.releaseId).toBeUndefined()
  })
})
