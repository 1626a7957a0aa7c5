import type { BuildOutputLineView } from '@flotilla/contracts'
import type { ViewerLine } from '../../components/lines/viewer-line.js'

const TONES = { step: 'step', output: 'plain', error: 'error' } as const

export function buildLine({ id, at, service, kind, text }: BuildOutputLineView): ViewerLine {
  return { id, at, tone: TONES[kind], text, ...(service !== undefined && { source: service }) }
}

/** How far the build of one service is: its last step, and whether something went wrong. */
export interface ServiceSteps {
  service: string
  last?: string
  failed: boolean
}

/** The services in the order in which they first said something. */
export function buildSteps(lines: readonly BuildOutputLineView[]): ServiceSteps[] {
  const found = new Map<string, ServiceSteps>()
  for (const { service, kind, text } of lines) {
    if (service === undefined) continue
    const steps = found.get(service) ?? { service, failed: false }
    found.set(service, {
      service,
      last: kind === 'step' ? text : steps.last,
      failed: steps.failed || kind === 'error',
    })
  }
  return [...found.values()]
}
