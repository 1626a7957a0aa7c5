import { median } from '../report.js'
import type { Cost } from './measured-run.js'
import type { Measured } from './method.js'
import { rebuiltBytes } from './method.js'
import type { CaseResult } from './table.js'

/** What the last line says: by method for each case, and what Flotilla's deltas are judged by. */
export function figures(results: CaseResult[]): Record<string, unknown> {
  const ours = results.map((each) => ({ each, delta: resultOf(each, 'delta') }))
  const ratios = (method: string) => ours.map(({ each, delta }) => delta.wireBytes / resultOf(each, method).wireBytes)
  const rates = (seconds: keyof Cost) =>
    ours.map(({ each, delta }) => rebuiltBytes(each.pair) / 1e6 / delta.apply[seconds])
  const supervisorPeaks = results.flatMap(({ supervisor: it }) => [it.plainMegabytes, it.deltaMegabytes])
  return {
    bench: 'images',
    worstRatioToZstdPatch: round(Math.max(...ratios('zstdPatch'))),
    medianRatioToBsdiff: round(median(ratios('bsdiff'))),
    peakDeviceMegabytes: round(Math.max(...ours.map(({ delta }) => delta.apply.megabytes))),
    peakSupervisorMegabytes: round(Math.max(...supervisorPeaks)),
    applyMegabytesPerSecond: round(Math.min(...rates('seconds'))),
    applyMegabytesPerProcessorSecond: round(Math.min(...rates('processorSeconds'))),
    makeSeconds: round(Math.max(...ours.map(({ delta }) => delta.make?.seconds ?? NaN))),
    makeMegabytes: round(Math.max(...ours.map(({ delta }) => delta.make?.megabytes ?? NaN))),
    cases: Object.fromEntries(results.map((each) => [each.case.name, caseFigures(each)])),
  }
}

function caseFigures({ pair, measured, supervisor }: CaseResult): Record<string, unknown> {
  const methods = measured.map(({ method, result: { wireBytes, make, apply } }): [string, unknown] => [
    method.name,
    {
      wireBytes,
      ...(make && {
        makeSeconds: round(make.seconds),
        makeProcessorSeconds: round(make.processorSeconds),
        makeMegabytes: round(make.megabytes),
      }),
      applySeconds: round(apply.seconds),
      applyProcessorSeconds: round(apply.processorSeconds),
      deviceMegabytes: round(apply.megabytes),
    },
  ])
  const supervisorMegabytes = { delta: round(supervisor.deltaMegabytes), plain: round(supervisor.plainMegabytes) }
  return { rebuiltBytes: rebuiltBytes(pair), ...Object.fromEntries(methods), supervisorMegabytes }
}

function resultOf({ case: { name }, measured }: CaseResult, method: string): Measured {
  const found = measured.find((each) => each.method.name === method)
  if (!found) throw new Error(`${name} was not measured by ${method}`)
  return found.result
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
