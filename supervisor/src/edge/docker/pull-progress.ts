/*
 * The engine tells the progress of a pull per layer, in events that come in any order; this adds them up.
 */

export interface LayerEvent {
  id?: string
  status?: string
  progressDetail?: { current?: number; total?: number }
}

export class PullProgress {
  // Compressed bytes by layer.
  private readonly layers = new Map<string, { current: number; total: number }>()
  private highest = 0

  constructor(
    // Compressed bytes of all layers; unknown: taken from the layers that have begun.
    private readonly sizeBytes: number | undefined,
    private readonly onBytes: (doneBytes: number, neededBytes: number) => void,
  ) {}

  add(event: LayerEvent): void {
    if (event.id === undefined) return
    const layer = this.layers.get(event.id)
    const { current = 0, total = 0 } = event.progressDetail ?? {}
    // "Extracting" counts the same bytes a second time.
    if (event.status === 'Downloading') this.layers.set(event.id, { current, total: Math.max(total, current) })
    else if (layer && isDownloaded(event.status)) this.layers.set(event.id, { ...layer, current: layer.total })
    this.tell()
  }

  private tell(): void {
    const all = [...this.layers.values()]
    const needed = this.sizeBytes ?? sum(all.map(({ total }) => total))
    // All of them is for the image that is there, unpacked.
    const done = Math.min(sum(all.map(({ current }) => current)), needed - 1)
    if (done <= this.highest) return
    this.highest = done
    this.onBytes(done, needed)
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function isDownloaded(status: string | undefined): boolean {
  return status === 'Download complete' || status === 'Extracting' || status === 'Pull complete'
}
