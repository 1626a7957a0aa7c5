import type { Target } from '@flotilla/contracts'
import type { CurrentContainer, CurrentState, DownloadState, Plan } from '@flotilla/reconcile'
import { Listeners } from './listeners.js'

/** What the apply loop saw and decided in its last round: for the report and for whoever asks why. */
export interface Status {
  target: Target
  current: CurrentState
  // Its containers as the engine dates them, by the board's own clock.
  observed: CurrentContainer[]
  plan: Plan
  // When it was planned, milliseconds since the epoch.
  at: number
  // By image (repository@digest), of those that are being downloaded.
  progress: Record<string, DownloadState>
}

export class StatusBoard {
  readonly changed = new Listeners()
  private latest?: Status
  private trouble?: string

  /** Undefined before the first round, and while there is no target. */
  get status(): Status | undefined {
    return this.latest
  }

  /** Why the last round failed as a whole: the engine does not answer. */
  get engineError(): string | undefined {
    return this.trouble
  }

  show(status: Status): void {
    this.latest = status
    this.trouble = undefined
    this.changed.notify()
  }

  showProgress(progress: Record<string, DownloadState>): void {
    if (!this.latest) return
    this.latest = { ...this.latest, progress }
    this.changed.notify()
  }

  showEngineError(error: string): void {
    if (this.trouble === error) return
    this.trouble = error
    this.changed.notify()
  }
}
