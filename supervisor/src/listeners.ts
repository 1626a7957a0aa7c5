/** Those who want to know that something changed; what it is, they look up themselves. */
export class Listeners {
  private readonly all = new Set<() => void>()

  /** Gives the function that takes the listener off again. */
  add(listener: () => void): () => void {
    this.all.add(listener)
    return () => this.all.delete(listener)
  }

  notify(): void {
    for (const listener of this.all) listener()
  }
}
