import { BuildFailure } from '../build-failure.js'
import type { RegistryClient } from './registry-client.js'

const TRIES = 4
const PAUSE_MS = 2_000

/** Asks a registry again that is away for a moment, and says so; gives up with what its owner should look at. */
export class RegistryPatience {
  constructor(
    private readonly registry: RegistryClient,
    private readonly service: string,
    private readonly sayError: (text: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** `progress`: work that gets further from try to try, however slowly, is not given up. */
  async run<T>(work: () => Promise<T>, progress: () => number = () => 0): Promise<T> {
    let furthest = progress()
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        this.signal.throwIfAborted()
        if (error instanceof BuildFailure) throw error
        if (progress() > furthest) tries = 1
        furthest = Math.max(furthest, progress())
        if (tries >= TRIES) throw this.failure(error)
        this.sayError(`Pushing failed, trying again: ${messageOf(error)}`)
        await pause(PAUSE_MS * tries, this.signal)
        // It may be back, and refuse: no use in trying again then.
        await this.registry.check(this.signal).catch((reason: unknown) => {
          if (reason instanceof BuildFailure) throw reason
        })
      }
    }
  }

  private failure(error: unknown): BuildFailure {
    const reason =
      `${this.service} was built, but the registry did not take it: ${messageOf(error)}. ` +
      'Is it running, and has it space left? Push again when it has.'
    return new BuildFailure('registry-unavailable', reason, this.service, { cause: error })
  }
}

export function messageOf(error: unknown): string {
  const { reason, message, cause } = error as { reason?: string; message?: string; cause?: Error }
  const text = message ?? reason ?? String(error)
  return cause?.message ? `${text} (${cause.message})` : text
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    signal.addEventListener('abort', done)
  })
}
