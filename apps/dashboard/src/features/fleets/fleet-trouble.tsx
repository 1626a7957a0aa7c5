import type { FleetView } from '@flotilla/contracts'
import { StatusBadge } from '../../components/status-badge.js'

/** How many devices need somebody to look after them; nothing where none does. */
export function FleetTrouble({ counts: { rejected, failing } }: { counts: FleetView['deviceCounts'] }) {
  return (
    <>
      {rejected > 0 && <StatusBadge tone="bad">{rejected.toLocaleString()} gave the release up</StatusBadge>}
      {failing > 0 && <StatusBadge tone="bad">{failing.toLocaleString()} failing</StatusBadge>}
    </>
  )
}
