import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { HostControl } from '../host/host-control.js'
import { hostPart } from '../host/host-part.js'
import { LocalScene } from '../testing/local-scene.js'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'

const labels = { 'io.balena.update.requires-reboot': '1' }
const release = (number: number, driver: number): AppInput =>
  app(number, {
    driver: service(fakeImage(`driver ${driver}`), { labels, stopGracePeriodMs: 0 }),
    web: service(fakeImage(`web ${number}`), { stopGracePeriodMs: 0 }),
  })

describe('a service for balena that asks for a restart of the board after its update', () => {
  let local: LocalScene
  let boots: number
  const control: HostControl = {
    bootId: () => `boot-${boots}`,
    readConfig: () => Promise.resolve(undefined),
    writeConfig: () => Promise.reject(new Error('there is no config.txt')),
    hostname: () => 'porch',
    setHostname: () => Promise.resolve(),
    // The system ends the supervisor, and starts it again in its next boot.
    end: () => Promise.resolve(void boots++),
  }
  beforeEach(async () => {
    boots = 1
    const time = { timeZone: () => 'Etc/UTC', isClockSet: () => true }
    local = new LocalScene({}, [
      (core) => hostPart({ time, control, document: core.store.settingsAtBoot, reboots: core.store.reboots })(core),
    ])
    await local.start([release(1, 1)])
    await local.scene.restart()
    await local.clock.advance(120_000)
  })
  afterEach(() => local.stop())

  const move = async (next: AppInput) => {
    local.publish([next])
    await local.scene.setTarget([next])
    await local.clock.advance(30_000)
  }
  const untilRebooted = async () => {
    await local.clock.advance(240_000)
    await local.scene.restart()
    await local.clock.advance(240_000)
  }

  it('has the board restart once for it, after its first release and after each update of its own', async () => {
    expect(boots).toBe(2)
    // It is left alone.
    await move(release(2, 1))
    await untilRebooted()
    expect(boots).toBe(2)
    await move(release(3, 2))
    // Not before the release is confirmed.
    expect(boots).toBe(2)
    await untilRebooted()
    expect(boots).toBe(3)
    await untilRebooted()
    expect(boots).toBe(3)
  })

  it('waits with it for those who ask not to be stopped', async () => {
    await move(release(2, 2))
    local.daemon.containerOf('web')!.files.set('/tmp/balena/updates.lock', local.clock.now())
    await local.clock.advance(240_000)
    expect(boots).toBe(2)
    expect((await local.own('GET /v1/plan')).json).toMatchObject({
      waits: [
        { for: 'lock', sentence: expect.stringContaining('Restarting the board after the update of driver waits') },
      ],
    })
    local.daemon.containerOf('web')!.files.clear()
    await local.clock.advance(60_000)
    expect(boots).toBe(3)
  })
})
