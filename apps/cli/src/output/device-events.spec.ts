import { describe, expect, it } from '@jest/globals'
import { formatDetail } from './device-events.js'

const app = '3a93c6cd-bf14-4a8c-acb1-87b731326d52'

describe('formatDetail', () => {
  it('names the service and what it came from and to', () => {
    expect(formatDetail({ app, service: 'web', from: 'created', to: 'running' })).toBe('web: created → running')
    expect(formatDetail({ from: app })).toBe('3a93c6cd → none')
  })

  it('tells steps with their reason, without ids and names of containers', () => {
    expect(
      formatDetail({ appId: app, service: 'web', step: 'stop-container', name: 'flotilla-x', reason: 'it must' }),
    ).toBe('web: stop-container, reason=it must')
  })

  it('tells a target by its releases and generation', () => {
    expect(formatDetail({ releases: [{ appId: app, version: '1-75cd5d8' }], generation: 4 })).toBe(
      'release 1-75cd5d8, generation=4',
    )
  })

  it('tells of a bundle what it was and how it came', () => {
    const detail = { name: '/mnt/roof.flotilla', way: 'usb', release: '2-9a0b1c2', releaseId: app, generation: 7 }
    expect(formatDetail(detail)).toBe('name=/mnt/roof.flotilla, way=usb, release=2-9a0b1c2, generation=7')
    expect(formatDetail({ name: 'roof.flotilla', way: 'lan', code: 'other-fleet', reason: 'It is for acme.' })).toBe(
      'name=roof.flotilla, way=lan, code=other-fleet, reason=It is for acme.',
    )
  })

  it('tells the rest as it is, and nothing of nothing', () => {
    expect(formatDetail({ name: 'COLOR', level: 'device' })).toBe('name=COLOR, level=device')
    expect(formatDetail({ explanation: '', nested: { a: 1 } })).toBeUndefined()
  })
})
