import { describe, expect, it } from '@jest/globals'
import { keyStatus } from './key-status.js'

const NOW = Date.parse('2026-11-21T12:00:00Z')

describe('keyStatus', () => {
  it.each([
    [{ uses: 0 }, 'Active'],
    [{ uses: 4, maxUses: 5, expiresAt: '2026-11-21T12:00:01Z' }, 'Active'],
    [{ uses: 5, maxUses: 5 }, 'Used up'],
    [{ uses: 0, expiresAt: '2026-11-21T12:00:00Z' }, 'Expired'],
    [{ uses: 5, maxUses: 5, revokedAt: '2026-01-01T00:00:00Z' }, 'Revoked'],
  ])('of %j is %s', (key, status) => {
    expect(keyStatus(key, NOW)).toBe(status)
  })
})
