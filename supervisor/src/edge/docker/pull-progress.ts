/*
 * The engine tells the progress of a pull per layer, in events that come in any order; this makes one share of it.
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
    private readonly onProgress: (percent: number) => void,
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
    const current = all.reduce((sum, layer) => sum + layer.current, 0)
    const total = this.sizeBytes ?? all.reduce((sum, layer) => sum + layer.total, 0)
    // 100 is for the image that is there, unpacked. New layers make the known total grow; the share never shrinks.
    const percent = total > 0 ? Math.min(99, Math.floor((100 * current) / total)) : 0
    if (percent <= this.highest) return
    this.highest = percent
    this.onProgress(percent)
  }
}

function isDownloaded(status: string | undefined): boolean {
  return status === 'Download complete' || status === 'Extracting' || status === 'Pull complete'
}
