/** The audit log: every write, with who, from where, before and after. Append-only. */
export { AuditModule } from './audit.module.js'
export { type AuditFact, AuditService } from './audit.service.js'
