import type { EventRecorder } from '../events.js'
import type { Document, Logger } from '../ports.js'
import type { Status, StatusBoard } from '../status-board.js'
import type { LastGood, RunningReleaseIds } from '../stored.js'
import { currentApps } from './device-state.js'

/** Records when all services of a release run as it wants them, for the first time since they did not; once, on disk. */
export class RunningReleases {
  private told: RunningReleaseIds = {}

  constructor(
    private readonly document: Document<RunningReleaseIds>,
    private readonly board: StatusBoard,
    private readonly events: EventRecorder,
    private readonly log: Logger,
  ) {
    board.changed.add(() => this.look())
  }

  /** `lastGood`: what supervisors before 0.2 kept instead. */
  async load(lastGood: Pick<Document<LastGood>, 'read'>): Promise<void> {
    const told = await this.document.read()
    const before = told ? [] : Object.entries((await lastGood.read()) ?? {})
    this.told = told ?? Object.fromEntries(before.map(([appId, { releaseId }]) => [appId, releaseId]))
  }

  private look(): void {
    const { status } = this.board
    if (!status) return
    for (const [appId, { releaseId }] of Object.entries(currentApps(status))) {
      if (releaseId !== undefined && releaseId !== this.told[appId]) this.note(status, appId, releaseId)
    }
  }

  private note({ target }: Status, appId: string, releaseId: string): void {
    this.told = { ...this.told, [appId]: releaseId }
    this.document.write(this.told).catch((error: unknown) => this.log.error('running release not kept', { error }))
    const version = versionOf(target, appId)
    void this.events.record('release-running', { appId, releaseId, version })
  }
}

function versionOf({ apps }: Status['target'], appId: string): string {
  return apps.find(({ id }) => id === appId)?.release.version ?? ''
}
