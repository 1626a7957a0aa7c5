const EVERY_MS = 5_000

/** Tells now and then how far a push is. */
export class PushProgress {
  private saidAt = Date.now()
  // Of the layers that are pushed.
  private done = 0

  constructor(private readonly say: (text: string) => void) {}

  packing(bytes: number): void {
    this.tell(() => `Packing a layer: ${megabytes(bytes)}`)
  }

  /** `sentBytes` of the layer that is under way. */
  pushing(sentBytes: number, layerBytes: number): void {
    this.tell(() => `Pushing ${megabytes(this.done + sentBytes)} of ${megabytes(this.done + layerBytes)}`)
    if (sentBytes === layerBytes) this.done += layerBytes
  }

  private tell(text: () => string): void {
    if (Date.now() - this.saidAt < EVERY_MS) return
    this.saidAt = Date.now()
    this.say(text())
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
