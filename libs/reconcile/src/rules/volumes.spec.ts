import { describe, expect, it } from '@jest/globals'
import { volumeName } from '../engine-names.js'
import { APP_ID, DEVICE_ID, targetOf, type AppInput } from '../testing/targets.js'
import { deviceRunning, newDevice, settle } from '../testing/world.js'

const app: AppInput = {
  services: {
    db: {
      volumes: [
        { type: 'volume', source: 'readings', target: '/data' },
        { type: 'volume', target: '/anonymous' },
        { type: 'tmpfs', target: '/run' },
      ],
    },
  },
  volumes: { readings: { labels: { backup: 'daily' } }, unused: {} },
}

describe('volumes', () => {
  it('are made where a service mounts them, under a name that outlives releases', () => {
    const { world, trace } = settle(newDevice(), targetOf(app))
    expect(trace[1]).toBe('create-volume readings, create-network default')
    expect(world.engine.current.volumes).toEqual([
      { name: volumeName(DEVICE_ID, APP_ID, 'readings'), appId: APP_ID, key: 'readings' },
    ])
  })

  it('stay when a release no longer has them, and are there again when one does', () => {
    const before = deviceRunning(app)
    const { world } = settle(before, targetOf({ services: { db: {} } }))
    expect(world.engine.current.volumes).toEqual(before.engine.current.volumes)
    expect(settle(world, targetOf(app)).trace.join()).not.toContain('create-volume')
  })
})
