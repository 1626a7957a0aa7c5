import type { Clock } from '../../ports.js'
import { SourceError } from './source-error.js'

// A slow link is no reason to give up, a silent one is: TCP itself would wait for a quarter of an hour.
const SILENCE_MS = 20_000
const LOOKS = 4
// After a cut of a minute, TCP itself may take another to try again.
const MOST_SILENCES = 6

export interface Watch {
  clock: Clock
  signal: AbortSignal
  /** It has become silent; true: it may stay so for two minutes in all. */
  onSilent?: () => boolean
}

/**
 * What `read` gives, given up as soon as nothing came for 20 s. The time between, in which nobody asks for more, does
 * not count. `read` gets a signal that aborts when nobody wants it any more.
 */
export async function* unlessSilent(
  read: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  { clock, signal, onSilent = () => false }: Watch,
): AsyncGenerator<Uint8Array> {
  const controller = new AbortController()
  const follow = () => controller.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow, { once: true })
  const silence = new Silence(clock, controller, onSilent)
  let leave: (reason: unknown) => void = () => undefined
  controller.signal.addEventListener('abort', () => leave(controller.signal.reason), { once: true })
  const pieces = read(controller.signal)[Symbol.asyncIterator]()
  try {
    for (;;) {
      controller.signal.throwIfAborted()
      silence.begin()
      // One that does not listen to its signal must not hold us. Not a race with one promise for all pieces: that would
      // keep each of them until the end.
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        leave = reject
        pieces.next().then(resolve, reject)
      })
      silence.end()
      if (next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', follow)
    controller.abort(new SourceError('Nobody wants it any more'))
    pieces.return?.().catch(() => undefined)
  }
}

class Silence {
  private isAwaited = false
  private quietLooks = 0
  private isTolerated = false

  constructor(
    private readonly clock: Clock,
    private readonly controller: AbortController,
    private readonly onSilent: () => boolean,
  ) {
    void this.watch()
  }

  begin(): void {
    this.isAwaited = true
  }

  end(): void {
    this.isAwaited = false
    this.quietLooks = 0
  }

  /** In several looks: a process that was stopped for a while finds its timers over before it sees what has come. */
  private async watch(): Promise<void> {
    const { signal } = this.controller
    while (!signal.aborted) {
      await this.clock.sleep(SILENCE_MS / LOOKS, signal)
      if (this.isAwaited && ++this.quietLooks > this.mostLooks()) this.giveUp()
    }
  }

  private mostLooks(): number {
    return this.isTolerated ? LOOKS * MOST_SILENCES : LOOKS
  }

  private giveUp(): void {
    if (!this.isTolerated && (this.isTolerated = this.onSilent())) return
    this.controller.abort(new SourceError(`Nothing came for ${(this.mostLooks() / LOOKS) * (SILENCE_MS / 1000)} s`))
  }
}
