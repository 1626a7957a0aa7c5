import type { DeviceView } from '@flotilla/contracts'
import { describe, expect, it } from '@jest/globals'
import { describeCommand, renderExplanation } from './explanation.js'

const NOW = new Date('2026-11-21T12:00:00.000Z')

describe('an explanation', () => {
  it('of a device that is away is its last one, with its age', () => {
    const device = {
      name: 'roof',
      fleet: 'acme/weather',
      connectivity: 'offline',
      activity: 'failing',
      lastSeenAt: '2026-11-21T09:00:00.000Z',
      reportedAt: '2026-11-21T08:00:00.000Z',
      explanation: 'Could not pull web.',
      targetVersion: '17-3f2c1ab',
      runningVersion: '16-1111111',
    } as DeviceView
    expect(renderExplanation({ device }, NOW)).toBe(
      [
        'roof in acme/weather is offline, last seen 3 h ago. It was failing then.',
        'It should run 17-3f2c1ab. It ran 16-1111111.',
        'It said (4 h ago):\n  Could not pull web.',
      ].join('\n\n'),
    )
  })

  it('of a device that no board has joined says just that', () => {
    const device = { name: 'roof', fleet: 'acme/weather', connectivity: 'never' } as DeviceView
    const said = renderExplanation({ device }, NOW)
    expect(said).toContain('roof in acme/weather has never been seen')
    expect(said).toContain('It has not explained itself yet.')
  })

  it('names a command as it would be typed', () => {
    expect(describeCommand({ kind: 'restart', service: 'web', force: true })).toBe('restart web, forced')
    expect(describeCommand({ kind: 'purge', volumes: ['a', 'b'], force: false })).toBe('purge a b')
    expect(describeCommand({ kind: 'reboot', force: false })).toBe('reboot')
  })
})
