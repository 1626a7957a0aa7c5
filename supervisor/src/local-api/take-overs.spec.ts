import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { LocalScene } from '../testing/local-scene.js'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'

const labels = {
  'io.flotilla.features.local-api': '1',
  'io.balena.update.strategy': 'hand-over',
  'io.balena.update.handover-timeout': '7200000',
}
const stack = (release: number): AppInput =>
  app(release, { web: service(fakeImage(`web-${release}`), { labels, stopGracePeriodMs: 0 }) })

describe('a hand-over', () => {
  let local: LocalScene
  beforeEach(async () => {
    local = new LocalScene()
    await local.start([stack(1)])
    local.publish([stack(2)])
    await local.scene.setTarget([stack(2)])
    await local.clock.advance(60_000)
    expect(running()).toEqual(['web-1', 'web-2'])
  })
  afterEach(() => local.stop())

  const containers = () => [...local.daemon.containers.values()]
  const running = () =>
    containers()
      .filter(({ isRunning }) => isRunning)
      .map(({ step }) => /web-\d/.exec(step.spec.image)?.[0])
      .sort()
  const newest = () => containers().at(-1)!

  it.each(['/tmp/flotilla/handover-complete', '/tmp/balena/handover-complete', '/tmp/resin/resin-kill-me'])(
    'ends soon after the next container has made %s',
    async (path) => {
      await local.clock.advance(600_000)
      expect(running()).toEqual(['web-1', 'web-2'])
      newest().files.set(path, local.clock.now())
      await local.clock.advance(5_000)
      expect(running()).toEqual(['web-2'])
    },
  )

  it('does not end by a file of the former container', async () => {
    containers()[0]!.files.set('/tmp/flotilla/handover-complete', local.clock.now())
    await local.clock.advance(60_000)
    expect(running()).toEqual(['web-1', 'web-2'])
  })

  it('ends when the next one says so over the local API, though the supervisor starts anew at once', async () => {
    expect(await local.own('POST /v1/take-over')).toMatchObject({ status: 200, json: { containerId: newest().id } })
    await local.scene.restart()
    await local.clock.advance(60_000)
    expect(running()).toEqual(['web-2'])
  })
})
