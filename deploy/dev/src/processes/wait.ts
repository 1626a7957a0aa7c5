import { setTimeout as sleep } from 'node:timers/promises'

export interface WaitOptions {
  /** What is waited for, as it appears in the error: "the registry answers". */
  what: string
  timeoutMs?: number
  everyMs?: number
  /** Ends the waiting with an error. */
  signal?: AbortSignal
}

/** Polls until `probe` gives something other than undefined or false, and gives that. A throwing probe counts as "not yet". */
export async function waitFor<T>(probe: () => Promise<T> | T, options: WaitOptions): Promise<NonNullable<T>> {
  const deadline = Date.now() + (options.timeoutMs ?? 90_000)
  let cause: unknown
  for (;;) {
    try {
      const result = await probe()
      if (result !== undefined && result !== null && result !== false) return result
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (Date.now() > deadline) throw new Error(`Waited too long until ${options.what}.`, { cause })
    await sleep(options.everyMs ?? 50, undefined, { signal: options.signal })
  }
}
