import { describe, expect, it } from '@jest/globals'
import { ServiceSpecSchema, type ServiceSpecInput } from '@flotilla/contracts'
import { serviceSummary } from './compose-summary.js'

const summary = (spec: ServiceSpecInput) => serviceSummary(ServiceSpecSchema.parse(spec))

describe('serviceSummary', () => {
  it('has nothing to say of a service with nothing special', () => {
    expect(summary({})).toEqual([])
  })

  it('names ports, volumes, dependencies and what gives rights', () => {
    expect(
      summary({
        ports: [
          { target: 80, published: 8080, hostIp: '127.0.0.1' },
          { target: 53, protocol: 'udp' },
        ],
        volumes: [
          { type: 'volume', source: 'data', target: '/var/lib/data', readOnly: true },
          { type: 'tmpfs', target: '/tmp' },
        ],
        dependsOn: { db: { condition: 'service_healthy' }, setup: { condition: 'service_completed_successfully' } },
        healthcheck: { test: ['CMD', 'true'] },
        privileged: true,
        restart: { name: 'no' },
      }),
    ).toEqual([
      'port 127.0.0.1:8080 → 80',
      'port 53/udp',
      'volume data → /var/lib/data (read only)',
      'tmpfs /tmp',
      'after db is healthy',
      'after setup has finished',
      'health check',
      'privileged',
      'restart no',
    ])
  })

  it('does not count a switched-off health check', () => {
    expect(summary({ healthcheck: { test: ['NONE'] } })).toEqual([])
  })
})
