import { LABEL_NAMESPACES, requirementOfLabel } from '@flotilla/contracts'
import { ownMember } from './own-member.js'

/*
 * What services say of their updates by labels. Those of balena, and of resin before it, mean the same as Flotilla's, so
 * that such an app runs unchanged. A value that makes no sense counts as none: no typing error may stop an update.
 */

const STRATEGIES = ['download-then-kill', 'kill-then-download', 'delete-then-download', 'hand-over'] as const
export type Strategy = (typeof STRATEGIES)[number]

const DEFAULT_HANDOVER_TIMEOUT_MS = 60_000
const LONGEST_HANDOVER_TIMEOUT_MS = 24 * 60 * 60 * 1000

export interface Labelled {
  labels: Record<string, string>
}

/** The value of `io.flotilla.<name>`, or of its other names. */
export function labelOf({ labels }: Labelled, name: string): string | undefined {
  const values = LABEL_NAMESPACES.map((namespace) => ownMember(labels, `${namespace}.${name}`))
  return values.find((value) => value !== undefined)?.trim()
}

const YES = ['1', 'true', 'on', 'yes']

/** Whether a label switches something on. */
export function isYes(label: string | undefined): boolean {
  return label !== undefined && YES.includes(label.toLowerCase())
}

/** Whether the board is to restart once a container of it was made. */
export function requiresReboot(service: Labelled): boolean {
  return isYes(labelOf(service, 'update.requires-reboot'))
}

/** What of its board a service asks for, by the words of balena's contracts: `arch.sw` → `aarch64`. */
export function requirementsOf({ labels }: Labelled): Record<string, string> {
  const asked = Object.entries(labels).flatMap(([label, value]) => {
    const what = requirementOfLabel(label)
    return what === undefined ? [] : [[what, value.trim()] as const]
  })
  return Object.fromEntries(asked)
}

/** How a service comes from one release to the next. */
export function strategyOf(service: Labelled): Strategy {
  const asked = labelOf(service, 'update.strategy')
  return STRATEGIES.find((strategy) => strategy === asked) ?? 'download-then-kill'
}

/** Whether it is stopped before its next image is fetched. */
export function isStoppedFirst(service: Labelled): boolean {
  const strategy = strategyOf(service)
  return strategy === 'kill-then-download' || strategy === 'delete-then-download'
}

/** For how long the former container of a hand-over is kept where the next one never says that it has taken over. */
export function handoverTimeoutMs(service: Labelled): number {
  const asked = labelOf(service, 'update.handover-timeout')
  if (asked === undefined || !/^[0-9]{1,12}$/.test(asked)) return DEFAULT_HANDOVER_TIMEOUT_MS
  return Math.min(Number(asked), LONGEST_HANDOVER_TIMEOUT_MS)
}
