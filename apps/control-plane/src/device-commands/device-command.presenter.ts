import type { DeviceCommandView } from '@flotilla/contracts'
import type { DeviceCommand } from './device-command.entity.js'

/** One whose time is over counts as expired, also before upkeep has noted it. */
export function presentCommand(command: DeviceCommand, now: Date): DeviceCommandView {
  const { detail, deliveredAt, expiresAt } = command
  const hasExpired = command.endedAt === null && expiresAt <= now
  const endedAt = hasExpired ? expiresAt : command.endedAt
  return {
    id: command.id,
    deviceId: command.deviceId,
    command: command.body,
    state: hasExpired ? 'expired' : command.state,
    ...(detail !== null && { detail }),
    actor: { kind: command.actorKind, id: command.actorId, label: command.actorLabel },
    createdAt: command.createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(deliveredAt && { deliveredAt: deliveredAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
  }
}
