import { backOffDelay, type BackOff } from '../back-off.js'
import type { Clock, Engine, Logger } from '../ports.js'

const BACK_OFF: BackOff = { baseMs: 1_000, capMs: 30_000 }

/** Wakes whenever the engine says that something changed; opens the stream again when it ends. */
export async function watchEngine(
  engine: Engine,
  wake: () => void,
  ambient: { clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = ambient
  let failures = 0
  while (!signal.aborted) {
    try {
      for await (const _change of engine.changes(signal)) {
        failures = 0
        wake()
      }
    } catch (error) {
      if (!signal.aborted) log.debug('engine events ended', { error })
    }
    failures++
    await clock.sleep(
      backOffDelay(BACK_OFF, failures, () => clock.random()),
      signal,
    )
  }
}
