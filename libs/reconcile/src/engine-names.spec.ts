import { describe, expect, it } from '@jest/globals'
import { containerName, networkName, volumeName } from './engine-names.js'
import { APP_ID, DEVICE_ID, OTHER_APP_ID } from './testing/targets.js'

const OTHER_DEVICE_ID = '0d000000-0000-4000-8000-0000000000d2'

describe('names in the engine', () => {
  it('never change: the user’s data is found by them', () => {
    expect(volumeName(DEVICE_ID, APP_ID, 'readings')).toBe('flotilla-0000000000d1-0000000000a1-readings')
    expect(networkName(DEVICE_ID, APP_ID, 'front')).toBe('flotilla-0000000000d1-0000000000a1-front')
  })

  it('differ by device, since two may share an engine, and by app', () => {
    const names = [
      volumeName(DEVICE_ID, APP_ID, 'v'),
      volumeName(OTHER_DEVICE_ID, APP_ID, 'v'),
      volumeName(DEVICE_ID, OTHER_APP_ID, 'v'),
    ]
    expect(new Set(names).size).toBe(3)
  })

  it('of containers differ by spec, so that an old and a new one can be told apart', () => {
    expect(containerName(DEVICE_ID, APP_ID, 'web', '0123456789abcd')).toBe(
      'flotilla-0000000000d1-0000000000a1-web-01234567',
    )
    expect(containerName(DEVICE_ID, APP_ID, 'web', '1123456789abcd')).not.toContain('01234567')
  })
})
