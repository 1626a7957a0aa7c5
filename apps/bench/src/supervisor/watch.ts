import { setTimeout as sleep } from 'node:timers/promises'
import { memoryOf, processorMs, type MemoryFacts } from './process-facts.js'

export interface Watched {
  minutes: number
  samples: MemoryFacts[]
  cpuPercent: number
}

const EVERY_MS = 5_000

/** Looks at a process for a while. The processor's share is of one core. */
export async function watchProcess(pid: number, minutes: number): Promise<Watched> {
  const samples: MemoryFacts[] = []
  const [beganAt, busyBefore] = [Date.now(), processorMs(pid)]
  const end = beganAt + minutes * 60_000
  while (Date.now() < end) {
    await sleep(Math.min(EVERY_MS, Math.max(1, end - Date.now())))
    samples.push(memoryOf(pid))
  }
  const elapsedMs = Date.now() - beganAt
  return {
    minutes,
    samples,
    cpuPercent: ((processorMs(pid) - busyBefore) / elapsedMs) * 100,
  }
}

/** Change per sample by least squares. */
export function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = average(values)
  const above = values.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0)
  const below = values.reduce((sum, _value, at) => sum + (at - middle) ** 2, 0)
  return below === 0 ? 0 : above / below
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
