/*
 * What the kernel tells about a process: memory and processor time.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

export interface MemoryFacts {
  rssMegabytes: number
  // Its share where pages are shared with other processes: on a board with one Node program nearly the same as RSS.
  pssMegabytes: number
  // What is its own alone: heaps and stacks.
  anonymousMegabytes: number
}

export function memoryOf(pid: number): MemoryFacts {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN) / 1024
  return {
    rssMegabytes: megabytes('Rss'),
    pssMegabytes: megabytes('Pss'),
    anonymousMegabytes: megabytes('Anonymous'),
  }
}

/** Milliseconds on any core, of all its threads, to the nanosecond: ticks are too coarse for what is nearly idle. */
export function processorMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const ns = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return ns.reduce((sum, each) => sum + each, 0) / 1e6
}

/** The highest resident memory of a process, and of those that it has started by then, since the last reset. */
export class Peak {
  constructor(private readonly pid: number) {}

  /** Begins to look for it anew; see proc(5). */
  reset(): void {
    for (const pid of familyOf(this.pid)) writeFileSync(`/proc/${pid}/clear_refs`, '5')
  }

  get megabytes(): number {
    return familyOf(this.pid).reduce((sum, pid) => sum + highestMegabytes(pid), 0)
  }
}

function highestMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1024
}

function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}
