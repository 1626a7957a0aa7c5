import type { CurrentContainer } from '@flotilla/reconcile'

/**
 * Counts how often containers were started again after they had ended by themselves. The engine counts only what it
 * restarts itself, and begins anew with each start that it is told.
 */
export class OwnRestarts {
  private readonly counts = new Map<string, number>()
  private ended = new Set<string>()
  private all = new Set<string>()
  private readonly stoppedOnPurpose = new Set<string>()

  /** The containers as they were seen, with our restarts among theirs. */
  added(containers: CurrentContainer[]): CurrentContainer[] {
    this.all = new Set(containers.map(({ id }) => id))
    for (const known of [this.counts, this.stoppedOnPurpose]) {
      for (const id of known.keys()) if (!this.all.has(id)) known.delete(id)
    }
    const ended = containers.filter(({ id, status }) => status === 'exited' && !this.stoppedOnPurpose.has(id))
    this.ended = new Set(ended.map(({ id }) => id))
    return containers.map((container) => {
      const count = this.counts.get(container.id)
      return count === undefined ? container : { ...container, restartCount: (container.restartCount ?? 0) + count }
    })
  }

  started(id: string): void {
    this.stoppedOnPurpose.delete(id)
    if (this.ended.delete(id)) this.counts.set(id, (this.counts.get(id) ?? 0) + 1)
  }

  /** It was ended on purpose: what it did before no longer counts. */
  stopped(id: string): void {
    this.counts.delete(id)
    this.stoppedOnPurpose.add(id)
  }
  allStopped(): void {
    for (const id of this.all) this.stopped(id)
  }
}
