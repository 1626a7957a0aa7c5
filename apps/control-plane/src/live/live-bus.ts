import type { LiveEvent } from '@flotilla/contracts'

/** What passes between processes: small facts that something changed, never the thing itself. */
export type BusMessage =
  | ({ topic: 'change' } & LiveEvent & { organizationId?: string })
  // Generations moved: drop what is cached of this fleet or device, and nudge its link.
  | { topic: 'target'; fleetId?: string; deviceId?: string }
  // Somebody asks something of the device: nudge its link.
  | { topic: 'commands'; deviceId: string }

export type BusListener = (message: BusMessage) => void

/**
 * Live fan-out to every process. Messages may be lost (a reconnect, a full buffer): whoever listens must also find
 * the truth in Postgres by itself; `onGap` says when to look.
 */
export abstract class LiveBus {
  abstract publish(messages: BusMessage[]): Promise<void>
  /** Returns a function that ends the subscription. `onGap` runs after the connection was lost and is back. */
  abstract subscribe(listener: BusListener, onGap?: () => void): () => void
}
