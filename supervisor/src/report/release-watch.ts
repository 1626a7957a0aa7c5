import type { CurrentContainer } from '@flotilla/reconcile'
import type { EventRecorder } from '../events.js'
import type { Document, Logger } from '../ports.js'
import type { Status, StatusBoard } from '../status-board.js'
import type { LastGood } from '../stored.js'
import { currentApps } from './device-state.js'

/** Remembers, on disk too, the last release of each app that ran whole, and records when that is another one. */
export class ReleaseWatch {
  private good: LastGood = {}

  constructor(
    private readonly document: Document<LastGood>,
    private readonly board: StatusBoard,
    private readonly events: EventRecorder,
    private readonly log: Logger,
  ) {
    board.changed.add(() => this.look())
  }

  get lastGood(): LastGood {
    return this.good
  }

  async load(): Promise<void> {
    this.good = (await this.document.read()) ?? {}
  }

  private look(): void {
    const { status } = this.board
    if (!status) return
    for (const [appId, { releaseId }] of Object.entries(currentApps(status))) {
      if (releaseId !== undefined) this.note(status, appId, releaseId)
    }
  }

  private note({ target, current }: Status, appId: string, releaseId: string): void {
    const before = this.good[appId]
    const specHashes = hashesOf(current.containers, appId)
    if (before?.releaseId === releaseId && isEqual(before.specHashes, specHashes)) return
    this.good = { ...this.good, [appId]: { releaseId, specHashes } }
    this.document.write(this.good).catch((error: unknown) => this.log.error('last good release not kept', { error }))
    if (before?.releaseId === releaseId) return
    const version = target.apps.find(({ id }) => id === appId)?.release.version ?? ''
    void this.events.record('release-running', { appId, releaseId, version })
  }
}

function hashesOf(containers: readonly CurrentContainer[], appId: string): Record<string, string> {
  const own = containers.filter((container) => container.appId === appId)
  return Object.fromEntries(own.map(({ service, specHash }): [string, string] => [service, specHash]).sort())
}

function isEqual(a: Record<string, string>, b: Record<string, string>): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
