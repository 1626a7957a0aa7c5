import type { KernelFiles } from '../kernel-files.js'

/** Clock ticks of all cores since the board started. */
export interface ProcessorTime {
  busy: number
  total: number
}

/** /proc/stat: user nice system idle iowait irq softirq steal, of which idle and iowait are rest. */
export function processorTime(files: KernelFiles): ProcessorTime | undefined {
  const line = /^cpu +(.+)$/m.exec(files.text('proc/stat') ?? '')?.[1]
  if (line === undefined) return undefined
  // The columns after these, guest times, are in the first two already.
  const ticks = line.split(' ').slice(0, 8).map(Number)
  const total = ticks.reduce((sum, each) => sum + each, 0)
  return { total, busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0) }
}

/** 0 to 100; undefined where no time has passed, or the counters went back (idle times may, on some boards). */
export function busyPercent(before: ProcessorTime | undefined, now: ProcessorTime | undefined): number | undefined {
  if (!before || !now || now.total <= before.total) return undefined
  const share = (now.busy - before.busy) / (now.total - before.total)
  return Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10
}

/** Of the last minute. */
export function loadAverage(files: KernelFiles): number | undefined {
  return firstNumber(files.text('proc/loadavg'))
}

export function uptimeSeconds(files: KernelFiles): number | undefined {
  const seconds = firstNumber(files.text('proc/uptime'))
  return seconds === undefined ? undefined : Math.round(seconds)
}

function firstNumber(text: string | undefined): number | undefined {
  const number = Number.parseFloat(text ?? '')
  return Number.isFinite(number) ? number : undefined
}
