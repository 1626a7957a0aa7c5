import { describe, expect, it } from '@jest/globals'
import { TargetServiceSchema, type Platform, type TargetService } from '@flotilla/contracts'
import { containerSpec, specHash } from './container-spec.js'
import { APP_ID, DEVICE_ID, imageOf, targetOf, type ServiceInput } from './testing/targets.js'

function made(input: ServiceInput, change: { platform?: Platform; name?: string } = {}) {
  const target = targetOf({ services: { web: input } })
  const app = { ...target.apps[0]!, name: change.name ?? 'weather' }
  const from = { target, app, service: 'web', platform: change.platform ?? ('linux/arm64' as const) }
  const spec = containerSpec(from, app.services.web!)
  return { spec, hash: specHash(spec, from) }
}

describe('the spec of a container', () => {
  it('holds the service with what Flotilla adds, and names from this device and app', () => {
    const { spec } = made({
      environment: { TZ: 'UTC', FLOTILLA_APP_ID: 'forged' },
      networks: { front: { aliases: ['www', 'web'] } },
      volumes: [{ type: 'volume', source: 'readings', target: '/data' }],
      dependsOn: { db: { condition: 'service_started' } },
    })
    const prefix = 'flotilla-0000000000d1-0000000000a1'
    expect(spec).toMatchObject({
      appId: APP_ID,
      service: 'web',
      image: imageOf('web'),
      networkNames: { front: `${prefix}-front` },
      volumeNames: { readings: `${prefix}-readings` },
    })
    expect(spec.config.environment).toEqual({
      TZ: 'UTC',
      FLOTILLA: '1',
      FLOTILLA_APP_ID: APP_ID,
      FLOTILLA_APP_NAME: 'weather',
      FLOTILLA_SERVICE_NAME: 'web',
      FLOTILLA_DEVICE_UUID: '0123456789abcdef0123456789abcdef',
      FLOTILLA_DEVICE_ARCH: 'arm64',
    })
    expect(spec.config.networks).toEqual({ front: { aliases: ['web', 'www'] } })
    expect(spec.config).not.toHaveProperty('dependsOn')
    expect(spec.config).not.toHaveProperty('image')
    expect(DEVICE_ID.endsWith('0000000000d1')).toBe(true)
  })

  it.each([
    ['linux/amd64', 'amd64'],
    ['linux/arm64', 'arm64'],
    ['linux/arm/v7', 'armv7'],
    ['linux/arm/v6', 'armv6'],
  ] as const)('names the architecture of %s %s, which fits in a file name', (platform, arch) => {
    expect(made({}, { platform }).spec.config.environment.FLOTILLA_DEVICE_ARCH).toBe(arch)
  })

  it('puts a service without networks on the default one, and one with a network mode on none', () => {
    expect(Object.keys(made({}).spec.networkNames)).toEqual(['default'])
    expect(made({ networkMode: 'host', networks: { front: {} } }).spec).toMatchObject({
      networkNames: {},
      config: { networks: {} },
    })
  })

  it('has a hash that never changes for what is running in the field', () => {
    expect(made({}).hash).toBe('1ac268ca39d2e1')
    expect(made({ environment: { A: '1' }, ports: [{ target: 80, published: 8080 }] }).hash).toBe('1ebe8261ac80a7')
  })

  it('has the same hash after a rename, and where a member says no more than its default', () => {
    const { hash } = made({ environment: { A: '1' } })
    expect(made({ environment: { A: '1' } }, { name: 'climate' }).hash).toBe(hash)
    expect(made({ environment: { A: '1' }, privileged: false, capAdd: [], restart: { name: 'always' } }).hash).toBe(
      hash,
    )
    expect(made({ environment: { A: '1' }, dependsOn: { db: { condition: 'service_started' } } }).hash).toBe(hash)
  })

  it('has the same hash where an older contract had no such member yet', () => {
    const target = targetOf({ services: { web: { environment: { A: '1' } } } })
    const app = target.apps[0]!
    const from = { target, app, service: 'web', platform: 'linux/arm64' as const }
    const { privileged: _privileged, capAdd: _capAdd, ...older } = app.services.web!
    const spec = containerSpec(from, older as TargetService)
    expect(specHash(spec, from)).toBe(made({ environment: { A: '1' } }).hash)
  })

  it.each<[string, ServiceInput]>([
    ['image', { version: 2 }],
    ['environment', { environment: { A: '2' } }],
    ['order of a command', { command: ['b', 'a'] }],
    ['network', { networks: { front: {} } }],
    ['alias', { networks: { default: { aliases: ['x'] } } }],
    ['volume', { volumes: [{ type: 'volume', source: 'v', target: '/v' }] }],
    ['restart policy', { restart: { name: 'no' } }],
    ['init', { init: false }],
  ])('has another hash with another %s', (_what, input) => {
    expect(made(input).hash).not.toBe(made({ command: ['a', 'b'] }).hash)
    expect(made(input).hash).not.toBe(made({}).hash)
  })

  it('is made from a service as the contract reads it', () => {
    expect(() => TargetServiceSchema.parse(targetOf({ services: { web: {} } }).apps[0]!.services.web)).not.toThrow()
  })
})
