import { DEVICE_PROTOCOL, type LinkServerMessage } from '@flotilla/contracts'
import { backOffDelay, type BackOff } from '../back-off.js'
import { CloudError } from '../errors.js'
import type { Clock, Cloud, Logger } from '../ports.js'

const BACK_OFF: BackOff = { baseMs: 2_000, capMs: 300_000 }
// A link that stood this long was well; one that falls at once counts as a failure.
const STABLE_MS = 30_000

export interface LinkPeer {
  /** The generation of the target in force. */
  generation: () => number
  /** The server says that there may be a newer target. */
  onTargetChanged: () => void
  /** The server says that there are commands, or may have said so while the link was down. */
  onCommandsWaiting: () => void
}

/** Keeps the one outgoing WebSocket up. Nothing depends on it: without it, polls find everything, only later. */
export class Link {
  constructor(
    private readonly cloud: Cloud,
    private readonly peer: LinkPeer,
    private readonly ambient: { clock: Clock; log: Logger },
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.ambient
    let failures = 0
    while (!signal.aborted) {
      const startedAt = clock.monotonic()
      let retryAfterMs = 0
      try {
        const reason = await this.connection(signal)
        log.info('link closed', { reason })
      } catch (error) {
        if (error instanceof CloudError) retryAfterMs = error.facts.retryAfterMs ?? 0
        if (!signal.aborted) log.debug('link not opened', { error, failures })
      }
      failures = clock.monotonic() - startedAt > STABLE_MS ? 1 : failures + 1
      const delayMs = backOffDelay(BACK_OFF, failures, () => clock.random())
      await clock.sleep(Math.max(delayMs, retryAfterMs), signal)
    }
  }

  /** Resolves with the reason when the connection has ended. */
  private async connection(signal: AbortSignal): Promise<string> {
    let onClose: (reason: string) => void = () => undefined
    const closed = new Promise<string>((resolve) => (onClose = resolve))
    // Also for a generation that is known: a conditional poll costs a 304, and the server knows better.
    const onMessage = (message: LinkServerMessage) => {
      switch (message.type) {
        case 'target-changed':
          return this.peer.onTargetChanged()
        case 'commands-waiting':
          return this.peer.onCommandsWaiting()
      }
    }
    const socket = await this.cloud.openLink({ onMessage, onClose }, signal)
    this.ambient.log.info('link open')
    socket.send({ type: 'hello', protocol: DEVICE_PROTOCOL, generation: this.peer.generation() })
    this.peer.onCommandsWaiting()
    return closed
  }
}
