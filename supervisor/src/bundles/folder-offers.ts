import type { Logger } from '../ports.js'
import type { BundleFile, BundleIntake, BundleOutcome, BundleWay } from './ports.js'

/** A file that is called as bundles are. */
export interface FoundBundle {
  // As BundleFile.name.
  name: string
  sizeBytes: number
  // Milliseconds since the epoch, by whoever wrote it.
  changedAt: number
}

/** A folder that somebody puts bundles into, on whatever disk. */
export interface BundleFolder {
  /** Rejects where it cannot be looked into. */
  list(): Promise<FoundBundle[]>
  open(found: FoundBundle): Promise<BundleFile>
}

export interface OfferOptions {
  way: BundleWay
  // Files may be written while it is looked at: one is offered when it is the same at two looks.
  isWritten: boolean
}

interface Known {
  // Of the file when it was looked at: another one is another bundle.
  version: string
  stage: 'settling' | 'offered' | 'passed'
}

/** Offers what is in one folder: the newest bundle that is for this board, and no other. */
export class FolderOffers {
  private known = new Map<string, Known>()

  constructor(
    private readonly folder: BundleFolder,
    private readonly intake: BundleIntake,
    private readonly options: OfferOptions,
    private readonly log: Logger,
  ) {}

  /** Rejects where the folder cannot be looked into. */
  async look(): Promise<void> {
    const found = await this.folder.list()
    await this.forget((name, { version }) => !found.some((it) => it.name === name && versionOf(it) === version))
    const ready = found.filter(({ name }) => this.isReady(this.known.get(name)))
    for (const it of found) {
      const stage = this.known.has(it.name) || !this.options.isWritten ? 'passed' : 'settling'
      if (this.known.get(it.name)?.stage !== 'offered') this.known.set(it.name, { version: versionOf(it), stage })
    }
    if (ready.length > 0) await this.offerBest(ready)
  }

  /** Nothing more will be read from it. */
  isFinished(): boolean {
    const offered = [...this.known].filter(([, { stage }]) => stage === 'offered').map(([name]) => name)
    const states = this.intake.status()
    return offered.every((name) =>
      states.some((it) => it.name === name && (it.state === 'done' || it.state === 'refused')),
    )
  }

  /** It goes, or is gone. */
  withdraw(): Promise<void> {
    return this.forget(() => true)
  }

  private isReady(known: Known | undefined): boolean {
    return this.options.isWritten ? known?.stage === 'settling' : known === undefined
  }

  private async forget(isGone: (name: string, known: Known) => boolean): Promise<void> {
    for (const [name, known] of [...this.known]) {
      if (!isGone(name, known)) continue
      this.known.delete(name)
      if (known.stage === 'offered') await this.intake.withdraw(name)
    }
  }

  /**
   * One stick may serve many boards, and hold what a board had long ago: what is not for this one is told only where
   * nothing else is.
   */
  private async offerBest(found: readonly FoundBundle[]): Promise<void> {
    const checked: Checked[] = []
    for (const it of found) {
      const outcome = await this.withFile(it, (file) => this.intake.check(file).finally(() => file.close()))
      if (outcome) checked.push({ found: it, outcome })
    }
    for (const { found: next } of checked.sort(bestFirst)) {
      const outcome = await this.withFile(next, (file) => this.intake.offer(file, this.options.way))
      if (!outcome?.accepted) continue
      this.known.set(next.name, { version: versionOf(next), stage: 'offered' })
      return
    }
  }

  private async withFile(
    found: FoundBundle,
    use: (file: BundleFile) => Promise<BundleOutcome>,
  ): Promise<BundleOutcome | undefined> {
    try {
      return await use(await this.folder.open(found))
    } catch (error) {
      this.log.warn('bundle could not be read', { name: found.name, error })
      return undefined
    }
  }
}

interface Checked {
  found: FoundBundle
  outcome: BundleOutcome
}

/** Those for this board, the newest first; then the others, the ones that came last first. */
function bestFirst(a: Checked, b: Checked): number {
  return madeAt(b.outcome) - madeAt(a.outcome) || b.found.changedAt - a.found.changedAt
}

function madeAt(outcome: BundleOutcome): number {
  return outcome.accepted ? Date.parse(outcome.createdAt) : 0
}

function versionOf({ sizeBytes, changedAt }: FoundBundle): string {
  return `${sizeBytes} ${changedAt}`
}
