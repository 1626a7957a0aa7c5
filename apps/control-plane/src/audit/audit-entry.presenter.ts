import type { AuditEntryView } from '@flotilla/contracts'
import type { AuditEntry } from './audit-entry.entity.js'

export function presentAuditEntry(entry: AuditEntry): AuditEntryView {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor: { kind: entry.actorKind, id: entry.actorId, label: entry.actorLabel },
    ...(entry.ip !== null && { ip: entry.ip }),
    action: entry.action,
    resource: { kind: entry.resourceKind, id: entry.resourceId },
    ...(entry.before !== null && { before: entry.before as AuditEntryView['before'] }),
    ...(entry.after !== null && { after: entry.after as AuditEntryView['after'] }),
  }
}
