import type { DeviceState, ServiceState } from '@flotilla/contracts'
import { describeBytes } from '../../../format/bytes.js'

/** `1.2 MB of 4.5 MB by delta, 250 kB/s, 1.0 MB from neighbours` */
export function describeDownload(download: NonNullable<ServiceState['download']>): string {
  const { doneBytes, neededBytes, bytesPerSecond, way, neighbourBytes } = download
  return [
    `${describeBytes(doneBytes)} of ${describeBytes(neededBytes)}${way === 'delta' ? ' by delta' : ''}`,
    ...(bytesPerSecond === undefined ? [] : [`${describeBytes(bytesPerSecond)}/s`]),
    ...(neighbourBytes ? [`${describeBytes(neighbourBytes)} from neighbours`] : []),
  ].join(', ')
}

/** What downloads have cost, and what is left of their budget. */
export function describeTransfers(transfers: NonNullable<DeviceState['transfers']>): string {
  const { usedToday, usedThisMonth, remainingBytes, metered } = transfers
  const left = remainingBytes === undefined ? 'no limit on this link' : `${describeBytes(remainingBytes)} left`
  return `${describeBytes(usedToday)} today, ${describeBytes(usedThisMonth)} this month; ${left}${metered ? ' (metered)' : ''}`
}
