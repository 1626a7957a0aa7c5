import { describe, expect, it } from '@jest/globals'
import type { ServiceState, Target, TargetService } from '@flotilla/contracts'
import { serviceRows, updatePercent } from './service-rows.js'

const APP = '11111111-1111-4111-8111-111111111111'
const digest = (digit: string) => `sha256:${digit.repeat(64)}`

function target(services: Record<string, string>): Pick<Target, 'apps'> {
  const wanted = Object.entries(services).map(([name, image]) => [
    name,
    { image: { repository: 'r', digest: digest(image) } } as TargetService,
  ])
  const release = { id: APP, version: '1' }
  return {
    apps: [
      {
        id: APP,
        name: 'app',
        release,
        services: Object.fromEntries(wanted) as Record<string, TargetService>,
        volumes: {},
        networks: {},
      },
    ],
  }
}

function state(services: Record<string, ServiceState>) {
  return { apps: { [APP]: { services } } }
}

describe('serviceRows', () => {
  it('puts what is wanted beside what is there', () => {
    const rows = serviceRows(
      target({ web: '1', db: '2' }),
      state({
        web: { status: 'running', imageDigest: digest('1') },
        db: { status: 'running', imageDigest: digest('9') },
      }),
    )
    expect(rows.map(({ name, image }) => [name, image])).toEqual([
      ['db', 'behind'],
      ['web', 'current'],
    ])
  })

  it('shows a service that is wanted and not there, and one that is there and not wanted', () => {
    const rows = serviceRows(target({ web: '1' }), state({ old: { status: 'exited', exitCode: 0 } }))
    expect(rows.map(({ name, wanted, reported }) => [name, Boolean(wanted), Boolean(reported)])).toEqual([
      ['old', false, true],
      ['web', true, false],
    ])
  })

  it('does not take an image for current that the device did not name', () => {
    expect(serviceRows(target({ web: '1' }), state({ web: { status: 'running' } }))[0]?.image).toBe('unknown')
  })

  it('has nothing to show of a device without target and report', () => {
    expect(serviceRows(undefined, undefined)).toEqual([])
  })
})

describe('updatePercent', () => {
  it('grows with the downloads and is whole only when every service runs what is wanted', () => {
    const wanted = target({ web: '1', db: '2' })
    const running: ServiceState = { status: 'running', imageDigest: digest('1') }
    const at = (db: ServiceState) => updatePercent(serviceRows(wanted, state({ web: running, db })))
    expect(at({ status: 'waiting' })).toBe(50)
    expect(at({ status: 'downloading', progressPercent: 50 })).toBe(73)
    expect(at({ status: 'running', imageDigest: digest('9') })).toBe(50)
    expect(at({ status: 'exited', exitCode: 1, imageDigest: digest('2') })).toBe(95)
    expect(at({ status: 'installing' })).toBe(95)
    expect(at({ status: 'running', imageDigest: digest('2') })).toBe(100)
  })
})
