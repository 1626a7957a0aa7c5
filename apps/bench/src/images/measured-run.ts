import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { run, type ProgramOptions } from './programs.js'

export interface Cost {
  seconds: number
  /** Of processor, on any core: what remains the same on a busy machine. */
  processorSeconds: number
  /** The highest resident set of the whole process. */
  megabytes: number
}

/** Runs a program under GNU time, which learns the highest memory from the kernel. */
export async function measure(
  command: string,
  args: string[],
  options?: ProgramOptions,
): Promise<Cost & { output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-time-'))
  const notes = join(folder, 'notes')
  try {
    const begin = performance.now()
    const output = await run('time', ['--format', '%U %S %M', '--output', notes, command, ...args], options)
    const seconds = (performance.now() - begin) / 1000
    const [user = NaN, system = NaN, kilobytes = NaN] = readFileSync(notes, 'utf8').split(' ').map(Number)
    return { output, seconds, processorSeconds: user + system, megabytes: kilobytes / 1024 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Of programs that run one after the other. */
export function total(costs: Cost[]): Cost {
  return {
    seconds: costs.reduce((sum, { seconds }) => sum + seconds, 0),
    processorSeconds: costs.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0),
    megabytes: Math.max(0, ...costs.map(({ megabytes }) => megabytes)),
  }
}
