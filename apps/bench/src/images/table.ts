import { bytesOf } from './built-image.js'
import type { ImageCase } from './cases.js'
import type { Cost } from './measured-run.js'
import type { SupervisorPeaks } from './supervisor-peaks.js'
import { type Measured, type Method, type Pair, rebuiltBytes } from './method.js'

export interface CaseResult {
  case: ImageCase
  pair: Pair
  measured: { method: Method; result: Measured }[]
  supervisor: SupervisorPeaks
}

/** A row for each case and method; seconds of processor stay the same where others use the machine as well. */
export function tableRows(results: CaseResult[]): Record<string, string>[] {
  return results.flatMap(({ case: { title }, pair, measured, supervisor }) => [
    ...measured.map(({ method, result }, at) => ({
      case: at === 0 ? title : at === 1 ? sizes(pair) : '',
      method: method.title,
      'on the wire': result.wireBytes.toLocaleString('en'),
      'made in (processor)': seconds(result.make),
      'by, at most': megabytes(result.make),
      'applied in (processor)': seconds(result.apply),
      'on device, at most': megabytes(result.apply),
    })),
    { method: 'whole supervisor, delta', 'on device, at most': `${supervisor.deltaMegabytes.toFixed(0)} MB` },
    { method: 'whole supervisor, all of it', 'on device, at most': `${supervisor.plainMegabytes.toFixed(0)} MB` },
  ])
}

function sizes(pair: Pair): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  return `${megabytes(bytesOf(pair.to.layers))}, new ${megabytes(rebuiltBytes(pair))}`
}

function seconds(cost?: Cost): string {
  return cost ? `${cost.seconds.toFixed(2)} (${cost.processorSeconds.toFixed(2)}) s` : '–'
}

function megabytes(cost?: Cost): string {
  return cost ? `${cost.megabytes.toFixed(0)} MB` : '–'
}
