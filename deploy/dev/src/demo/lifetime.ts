const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** From the start of the demo to its end, which a person (Ctrl-C), the system (SIGTERM) or a failure brings. */
export class Lifetime {
  private readonly controller = new AbortController()
  private readonly stops: (() => Promise<void>)[] = []
  private failure?: Error

  constructor() {
    for (const name of SIGNALS) process.on(name, this.interrupt)
  }

  /** Aborted from the moment on when all has to end. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Adds what has to be stopped; the last is stopped first. */
  onStop(stop: () => Promise<void>): void {
    this.stops.push(stop)
  }

  fail(error: Error): void {
    this.failure ??= error
    this.controller.abort()
  }

  async untilEnd(): Promise<void> {
    if (this.signal.aborted) return
    await new Promise((resolve) => this.signal.addEventListener('abort', resolve))
  }

  get isEmpty(): boolean {
    return this.stops.length === 0
  }

  /** Stops everything, even where one stop fails; then throws what went wrong, if something did. */
  async stop(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) {
      await stop().catch((error: Error) => (this.failure ??= error))
    }
    for (const name of SIGNALS) process.off(name, this.interrupt)
    if (this.failure) throw this.failure
  }

  private readonly interrupt = (): void => {
    // Asked twice: somebody is in a hurry. What we started ends with us.
    if (this.signal.aborted) process.exit(130)
    this.controller.abort()
  }
}
