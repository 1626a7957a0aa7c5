import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { usedVolumes } from './container-spec.js'
import type { CurrentState } from './current-state.js'
import { volumeName } from './engine-names.js'
import { leftOverVolumes } from './left-over-volumes.js'
import { anyState, anyTarget } from './testing/arbitraries.js'
import { APP_ID, DEVICE_ID, OTHER_APP_ID, targetOf } from './testing/targets.js'

const mounting = (...keys: string[]) => ({
  volumes: keys.map((key) => ({ type: 'volume' as const, source: key, target: `/${key}` })),
})
const volumeOf = (key: string, appId = APP_ID) => ({ name: volumeName(DEVICE_ID, appId, key), appId, key })
const target = targetOf(
  { services: { db: mounting('data') }, volumes: { data: {}, declared: {} } },
  { id: OTHER_APP_ID, services: { radio: {} } },
)
const device = {
  containers: [],
  volumes: ['old', 'older', 'data', 'declared'].map((key) => volumeOf(key)),
} satisfies Partial<CurrentState>
const keysOf = (current: Parameters<typeof leftOverVolumes>[1], appId = APP_ID) =>
  leftOverVolumes(target, current, appId)?.map(({ key }) => key)

describe('what an app has left over of its volumes', () => {
  it('is what its release neither mounts nor declares', () => {
    expect(keysOf(device)).toEqual(['old', 'older'])
  })

  it('is nothing of another app, and nothing at all of one that the target does not have', () => {
    const volumes = [...device.volumes, volumeOf('tapes', OTHER_APP_ID)]
    expect(keysOf({ ...device, volumes })).toEqual(['old', 'older'])
    expect(keysOf({ ...device, volumes }, OTHER_APP_ID)).toEqual(['tapes'])
    expect(keysOf(device, '0a000000-0000-4000-8000-0000000000a9')).toBeUndefined()
  })

  it('is not what the release to go back to has, nor what has a snapshot to go back to, nor what is to be emptied', () => {
    const good = targetOf({ services: { db: mounting('old') } }).apps[0]!
    expect(keysOf({ ...device, memory: { [APP_ID]: { good } } })).toEqual(['older'])
    const { name } = volumeOf('old')
    const trial = { fingerprint: 'x', releaseId: 'r', version: '2.0.0', isPermitted: true, starts: 0, confirmedBy: [] }
    const memory = { [APP_ID]: { trial: { ...trial, failures: 0, snapshots: { [name]: 'copy' } } } }
    expect(keysOf({ ...device, memory })).toEqual(['older'])
    expect(keysOf({ ...device, memory: { [APP_ID]: { restore: { [name]: 'copy' } } } })).toEqual(['older'])
    expect(keysOf({ ...device, requests: { stopped: [], purge: [name], forced: {} } })).toEqual(['older'])
  })

  it('is never what any container holds or any service of either release mounts, whatever the state', () => {
    const all = anyTarget.chain((asked) => fc.tuple(fc.constant(asked), anyTarget, anyState(asked)))
    fc.assert(
      fc.property(all, fc.nat({ max: 2 }), ([asked, before, current], held) => {
        const memory = Object.fromEntries(before.apps.map((good) => [good.id, { good }]))
        const holding = current.containers.map((it, i) => (i === held ? { ...it, volumes: volumesOf(current) } : it))
        for (const { id } of asked.apps) {
          const found = leftOverVolumes(asked, { ...current, containers: holding, memory }, id) ?? []
          const mounted = [...asked.apps, ...before.apps]
            .filter((app) => app.id === id)
            .flatMap((app) => Object.values(app.services).flatMap(usedVolumes))
          expect(found.filter(({ appId, key }) => appId !== id || mounted.includes(key))).toEqual([])
          if (holding.length > held) expect(found).toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })
})

function volumesOf({ volumes }: CurrentState): string[] {
  return volumes.map(({ name }) => name)
}
