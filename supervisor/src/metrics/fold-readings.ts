import type { Reading } from '../ports.js'

const FLAGS = ['isUnderVoltage', 'wasUnderVoltage', 'isThrottled', 'wasThrottled'] as const

/**
 * Several readings as one that stands for all: the processor's share over the whole time, what went wrong at any moment
 * of it, and the rest as it was at the end.
 */
export function foldReadings(readings: readonly Reading[]): Reading {
  const shares = readings.flatMap(({ cpuPercent }) => cpuPercent ?? [])
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const folded: Reading = { ...readings.at(-1), cpuPercent: shares.length > 0 ? Math.round(mean * 10) / 10 : undefined }
  for (const flag of FLAGS) if (readings.some((reading) => reading[flag])) folded[flag] = true
  return folded
}
