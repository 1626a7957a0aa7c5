import type { FakeDaemon } from '../edge/fake/fake-daemon.js'
import type { Clock } from '../ports.js'

/** Measures for how long services had no running container, leaving out the time without power. */
export class Gaps {
  /** Service → its longest gap so far, in milliseconds. */
  readonly longest = new Map<string, number>()
  // Service → for how long it has had none; absent: it has one.
  private readonly missing = new Map<string, number>()
  private wasPowered = true
  private lastLook: number

  constructor(
    private readonly services: readonly string[],
    private readonly daemon: FakeDaemon,
    private readonly clock: Clock,
  ) {
    this.lastLook = clock.monotonic()
    daemon.changed.add(() => this.look())
  }

  /** To be called once more at the end: a gap may still be open. */
  look(): void {
    const passed = this.clock.monotonic() - this.lastLook
    this.lastLook += passed
    for (const [service, ms] of this.missing) {
      const gap = ms + (this.wasPowered ? passed : 0)
      this.missing.set(service, gap)
      this.longest.set(service, Math.max(this.longest.get(service) ?? 0, gap))
    }
    this.wasPowered = !this.daemon.isDown
    for (const service of this.services) {
      if (this.runs(service)) this.missing.delete(service)
      else if (!this.missing.has(service)) this.missing.set(service, 0)
    }
  }

  private runs(service: string): boolean {
    return [...this.daemon.containers.values()].some((it) => it.step.service === service && it.status === 'running')
  }
}
