import { describe, expect, it } from '@jest/globals'
import { ComposeSpecSchema, TargetSchema, UpdatePolicySchema } from '@flotilla/contracts'
import fc from 'fast-check'
import type { ReleaseContents } from '../releases/index.js'
import type { ReachingVariable } from '../variables/index.js'
import { buildTarget, type TargetPlace, withoutSecrets } from './build-target.js'

const uuid = '00000000-0000-4000-8000-000000000001'
const digest = `sha256:${'a'.repeat(64)}`
const place: TargetPlace = {
  deviceId: uuid,
  deviceName: 'roof',
  hardwareUuid: 'a'.repeat(32),
  platform: 'linux/arm64',
  fleetId: uuid,
  fleetName: 'weather',
  organization: 'acme',
  generation: 7,
}
const policy = UpdatePolicySchema.parse({})
const services = { web: { environment: { A: 'compose', KEPT: 'compose' } }, db: {} }
const image = (service: string) => ({
  service,
  platform: 'linux/arm64' as const,
  repository: 'registry/fleets/x',
  digest,
  configDigest: digest,
  sizeBytes: 1,
  unpackedBytes: 3,
  config: {},
})
const release: ReleaseContents = {
  id: uuid,
  fleetId: uuid,
  version: '1',
  commit: 'abc',
  compose: ComposeSpecSchema.parse({ services, volumes: { data: {} } }),
  images: [image('web'), image('db'), { ...image('web'), platform: 'linux/amd64', digest: `sha256:${'b'.repeat(64)}` }],
}
const variable = (level: 'fleet' | 'device', service: string | undefined, value: string): ReachingVariable => ({
  level,
  service,
  kind: 'environment',
  name: 'A',
  value,
  secret: false,
})

describe('buildTarget', () => {
  it('gives what the contract asks for', () => {
    const target = TargetSchema.parse(buildTarget({ place, policy, release, variables: [] }))
    expect(target).toMatchObject({ generation: 7, device: { hardwareUuid: place.hardwareUuid } })
    expect(target.apps[0]?.services.web?.image).toMatchObject({ digest, sizeBytes: 1, unpackedBytes: 3 })
    expect(target.apps[0]?.volumes).toHaveProperty('data')
  })

  it('lets the later of the four levels win, in whatever order they come', () => {
    const levels = [
      variable('fleet', undefined, '1 fleet'),
      variable('fleet', 'web', '2 fleet service'),
      variable('device', undefined, '3 device'),
      variable('device', 'web', '4 device service'),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(levels), (variables) => {
        const app = buildTarget({ place, policy, release, variables }).apps[0]
        const highest = (reaching: ReachingVariable[]) =>
          reaching
            .map((each) => each.value)
            .toSorted()
            .at(-1)
        expect(app?.services.web?.environment.A).toBe(highest(variables) ?? 'compose')
        expect(app?.services.db?.environment.A).toBe(highest(variables.filter((each) => each.service !== 'web')))
        expect(app?.services.web?.environment.KEPT).toBe('compose')
      }),
    )
  })

  it('keeps config apart from environment', () => {
    const config = { ...variable('device', undefined, 'on'), kind: 'config' as const, name: 'HOST_CONFIG_x' }
    const target = buildTarget({ place, policy, release, variables: [config] })
    expect(target.config).toEqual({ HOST_CONFIG_x: 'on' })
    expect(target.apps[0]?.services.web?.environment).not.toHaveProperty('HOST_CONFIG_x')
  })

  it('gives no app where there is nothing to run', () => {
    expect(buildTarget({ place, policy, variables: [] }).apps).toEqual([])
  })

  it('leaves out secrets for people', () => {
    const secret = { ...variable('device', undefined, 'hunter2'), secret: true }
    const parts = { place, policy, release, variables: [secret] }
    expect(JSON.stringify(buildTarget(parts))).toContain('hunter2')
    expect(JSON.stringify(buildTarget(withoutSecrets(parts)))).not.toContain('hunter2')
  })
})
