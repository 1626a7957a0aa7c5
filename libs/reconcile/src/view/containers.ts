import type { CurrentContainer } from '../current-state.js'
import { byText } from '../own-member.js'
import { isLive } from '../restart-policy.js'

export function serviceKey(appId: string, service: string): string {
  return `${appId} ${service}`
}

/**
 * Of several containers of one service, a crash between two steps having left them: first the one that does the most
 * good now, then the newest.
 */
export function bestFirst(a: CurrentContainer, b: CurrentContainer): number {
  return rank(a) - rank(b) || (b.startedAt ?? 0) - (a.startedAt ?? 0) || byText(a.id, b.id)
}

function rank(container: CurrentContainer): number {
  if (isLive(container)) return 0
  if (container.status === 'exited') return 1
  return container.status === 'created' ? 2 : 3
}
