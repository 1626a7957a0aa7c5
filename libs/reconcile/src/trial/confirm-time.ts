import type { Target, TargetApp } from '@flotilla/contracts'
import { labelOf } from '../labels.js'

const LONGEST_CONFIRM_SECONDS = 86_400

/** For how long all services of a release have to be well before it is confirmed: the longest of what each asks for. */
export function confirmMs({ policy }: Target, app: TargetApp): number {
  const asked = Object.values(app.services).map((service) => confirmSeconds(labelOf(service, 'update.confirm-seconds')))
  const seconds = asked.map((own) => own ?? policy.confirmSeconds)
  return 1000 * Math.max(0, ...(seconds.length > 0 ? seconds : [policy.confirmSeconds]))
}

/** Services that say themselves that they are well. */
export function selfConfirming(app: TargetApp): string[] {
  const services = Object.entries(app.services)
  return services.filter(([, service]) => labelOf(service, 'update.confirm') === 'app').map(([name]) => name)
}

// What makes no sense counts as not said.
function confirmSeconds(label: string | undefined): number | undefined {
  if (label === undefined || !/^[0-9]{1,9}$/.test(label)) return undefined
  return Math.min(Number(label), LONGEST_CONFIRM_SECONDS)
}
