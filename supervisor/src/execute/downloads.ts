import type { DownloadState } from '@flotilla/reconcile'
import type { DownloadProgress } from '../images/ports.js'
import type { Clock } from '../ports.js'

// The rate is that of the last while: a link that has come back is not judged by its absence.
const WINDOW_MS = 20_000
const SHORTEST_MS = 1_000
// Each telling may cost a report: as often as a person sees a difference, and on slow links at least so often.
const TOLD_AFTER_MS = 15_000

interface Download {
  samples: { at: number; doneBytes: number }[]
  told: DownloadState
  toldAt: number
}

/** What is on its way, how far and how fast. */
export class Downloads {
  // By image: repository@digest.
  private readonly all = new Map<string, Download>()

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonic'>) {}

  /** repository@digest → how far it is; changes only where `note` says so. */
  shown(): Record<string, DownloadState> {
    return Object.fromEntries([...this.all].map(([image, { told }]) => [image, told]))
  }

  /** True where that is worth telling. */
  note(image: string, progress: DownloadProgress): boolean {
    const now = this.clock.monotonic()
    const former = this.all.get(image)
    const sample = { at: now, doneBytes: progress.doneBytes }
    const samples = [...withinWindow(former?.samples ?? [], now), sample]
    const isTold = !former || isNews(former.told, progress) || now - former.toldAt >= TOLD_AFTER_MS
    const told = isTold ? this.stateOf(progress, samples) : former.told
    this.all.set(image, { samples, told, toldAt: isTold ? now : former.toldAt })
    return isTold
  }

  end(image: string): void {
    this.all.delete(image)
  }

  private stateOf(progress: DownloadProgress, samples: Download['samples']): DownloadState {
    const { doneBytes, neededBytes, way, neighbourBytes, bundleBytes } = progress
    const bytesPerSecond = rateOf(samples)
    const leftMs = bytesPerSecond && (1000 * (neededBytes - doneBytes)) / bytesPerSecond
    return {
      ...{ doneBytes, neededBytes, way },
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(leftMs !== undefined && leftMs > 0 && { endsAt: new Date(this.clock.now() + leftMs).toISOString() }),
      ...(neighbourBytes > 0 && { neighbourBytes }),
      ...(bundleBytes > 0 && { bundleBytes }),
    }
  }
}

/** With the last one before it, so that the window is whole. */
function withinWindow(samples: Download['samples'], now: number): Download['samples'] {
  const first = samples.findIndex(({ at }) => now - at <= WINDOW_MS)
  return first === -1 ? samples.slice(-1) : samples.slice(Math.max(0, first - 1))
}

/** Bytes per second; undefined: too early to say. */
function rateOf(samples: Download['samples']): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.at - first.at < SHORTEST_MS) return undefined
  return Math.max(0, Math.round((1000 * (last.doneBytes - first.doneBytes)) / (last.at - first.at)))
}

function isNews(told: DownloadState, progress: DownloadProgress): boolean {
  const isOther = told.way !== progress.way || told.neededBytes !== progress.neededBytes
  return isOther || percentOf(told) !== percentOf(progress)
}

function percentOf({ doneBytes, neededBytes }: { doneBytes: number; neededBytes: number }): number {
  return neededBytes > 0 ? Math.floor((100 * doneBytes) / neededBytes) : 0
}
