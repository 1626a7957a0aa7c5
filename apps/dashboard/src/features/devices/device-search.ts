import type { DeviceView } from '@flotilla/contracts'
import type { DeviceFilter } from '../../api/devices.js'

/** What narrows a list of devices, as it stands in the address. */
export type DeviceSearch = Omit<DeviceFilter, 'fleet'>

export const CONNECTIVITIES: DeviceView['connectivity'][] = ['online', 'offline', 'never']
export const ACTIVITIES: NonNullable<DeviceView['activity']>[] = ['settled', 'updating', 'waiting', 'failing']

/** Takes from an address what is understood and drops the rest. */
export function readDeviceSearch(search: Record<string, unknown>): DeviceSearch {
  const q = typeof search.q === 'string' || typeof search.q === 'number' ? String(search.q).slice(0, 128) : ''
  const connectivity = CONNECTIVITIES.find((one) => one === search.connectivity)
  const activity = ACTIVITIES.find((one) => one === search.activity)
  return {
    ...(q !== '' && { q }),
    ...(connectivity && { connectivity }),
    ...(activity && { activity }),
    ...(search.rejected === true && { rejected: true }),
  }
}

export function isNarrowed(search: DeviceSearch): boolean {
  return Object.keys(search).length > 0
}
