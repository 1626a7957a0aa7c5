import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { LocalScene } from '../testing/local-scene.js'
import { APP_ID } from '../testing/steps.js'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'

const WEB = { 'io.balena.features.supervisor-api': '1', 'io.balena.features.requires.sw.supervisor': '>=16.1.0' }
const JETSON = { 'io.balena.features.requires.hw.device-type': 'jetson-nano' }
const OPTIONAL = { 'io.balena.features.optional': '1' }

/** Its camera needs a Jetson; `number` is the release's, and its web's. */
const release = (number: number, cam: Record<string, string>): AppInput =>
  app(number, {
    web: service(fakeImage(`web ${number}`), { labels: WEB, stopGracePeriodMs: 0 }),
    cam: service(fakeImage('cam'), { labels: cam }),
  })

describe('an app for balena that requires something of its board', () => {
  let local: LocalScene
  beforeEach(async () => {
    local = new LocalScene()
    await local.start([release(1, { ...JETSON, ...OPTIONAL })])
  })
  afterEach(() => local.stop())

  const services = () => [...local.daemon.containers.values()].map(({ step }) => step.service).sort()
  const move = async (next: AppInput) => {
    local.publish([next])
    await local.scene.setTarget([next])
    await local.clock.advance(240_000)
  }

  it('runs without what is optional and does not fit, and says so', async () => {
    expect(services()).toEqual(['web'])
    expect(local.daemon.writes.join()).not.toContain('cam')
    expect((await local.own('GET /v1/plan')).json).toMatchObject({
      activity: 'settled',
      waits: [
        {
          service: 'cam',
          sentence:
            'cam is left out on this board: cam needs hw.device-type jetson-nano, and this board is generic-aarch64.',
        },
      ],
    })
  })

  it('stays with its release where the next one does not fit, and reports that one as rejected', async () => {
    const { id } = local.daemon.containerOf('web')!
    local.daemon.writes.splice(0)
    const told = local.scene.events.kinds().length
    await move(release(2, JETSON))
    expect(local.daemon.writes).toEqual([])
    expect(local.daemon.containerOf('web')!.id).toBe(id)
    expect((await local.own('GET /v1/app')).json).toMatchObject({
      rejected: { code: 'cannot-start', reason: expect.stringContaining('cam needs hw.device-type jetson-nano') },
    })
    expect(local.scene.events.kinds().slice(told)).toContain('release-rejected')
    expect(local.scene.events.kinds().slice(told)).not.toContain('trial-started')
    await move(release(3, { ...JETSON, ...OPTIONAL }))
    expect(local.daemon.containerOf('web')!.id).not.toBe(id)
  })

  it('is forced over a lock with a service left out as well as whole', async () => {
    const { id, files } = local.daemon.containerOf('web')!
    files.set('/tmp/balena/updates.lock', local.clock.now())
    await move(release(2, { ...JETSON, ...OPTIONAL }))
    expect(local.daemon.containerOf('web')!.id).toBe(id)
    await local.ask('POST /v1/update', { force: true }, { token: local.token({ appId: APP_ID, scope: 'device' }) })
    await local.clock.advance(60_000)
    expect(local.daemon.containerOf('web')!.id).not.toBe(id)
  })
})
