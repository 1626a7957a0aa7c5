import { noteStart } from '@flotilla/reconcile'
import { withAbort } from '../abort.js'
import type { Core, Part } from '../part.js'
import type { Document, Engine, TimeSource } from '../ports.js'
import type { EngineRestarts } from '../stored.js'

/** What starts and ends the engine on this board. */
export interface EngineControl {
  /** Ends it in good order and starts it again; resolves when that is done, though it may not answer yet. */
  restart(): Promise<void>
}

// Each one ends all that runs. What three did not mend in one boot is for people.
const MOST_RESTARTS = 3
// Services may take their time to stop.
const RESTARTING_MS = 300_000
const STARTING_MS = 120_000
const LOOK_EVERY_MS = 500

export interface EngineRestartsOptions {
  /** Absent: nobody here can restart it. */
  control?: EngineControl
  document: Document<EngineRestarts>
}

type OfCore = Pick<Core, 'clock' | 'memory' | 'engine' | 'host'>

/** Restarts the engine where a fault of its own leaves no other way out, and not for ever. */
export function engineRestartsPart({ control, document }: EngineRestartsOptions): (core: OfCore) => Promise<Part> {
  return async ({ clock, memory, engine, host }) => {
    if (!control) return {}
    const bootId = host.facts().bootId ?? ''
    const stored = await document.read()
    let count = stored?.bootId === bootId ? stored.count : 0
    return {
      sources: { canRestartEngine: () => count < MOST_RESTARTS },
      steps: {
        'restart-engine': async (_step, { signal }) => {
          // Both before it is done: it must not come again at every start, nor what it cuts short count as a fault.
          count++
          await document.write({ bootId, count })
          await memory.update(noteStart)
          engine.noteRestart()
          await orTooLong(control.restart(), clock, signal)
          await untilItAnswers(engine, clock, signal)
        },
      },
    }
  }
}

function orTooLong(restarted: Promise<void>, clock: TimeSource, signal: AbortSignal): Promise<void> {
  return withAbort(signal, async (patience) => {
    const tooLong = clock.sleep(RESTARTING_MS, patience.signal).then(() => {
      if (!patience.signal.aborted) throw new Error('Restarting the engine takes too long')
    })
    await Promise.race([restarted, tooLong]).finally(() => patience.abort())
  })
}

async function untilItAnswers(engine: Pick<Engine, 'version'>, clock: TimeSource, signal: AbortSignal): Promise<void> {
  const deadline = clock.monotonic() + STARTING_MS
  for (;;) {
    try {
      return void (await engine.version())
    } catch (cause) {
      if (signal.aborted) return
      if (clock.monotonic() > deadline) throw new Error('The engine was restarted and does not answer', { cause })
    }
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}
