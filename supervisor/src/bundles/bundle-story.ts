import type { DurableValue } from '../durable-value.js'
import type { EventRecorder } from '../events.js'
import type { Logger } from '../ports.js'
import type { StatusBoard } from '../status-board.js'
import type { BundleRefused } from './bundle-refused.js'
import { runsRelease } from './runs-release.js'
import { withExpected, withRefusal, type ExpectedBundle, type StoredBundles } from './stored-bundles.js'

type OfCore = { board: StatusBoard; events: EventRecorder; log: Logger }

/** Tells the history what became of bundles: of each once, also over power cuts. */
export class BundleStory {
  // It brought nothing new; what runs is not known yet.
  private candidate?: ExpectedBundle
  private isTelling = false

  constructor(
    private readonly stored: DurableValue<StoredBundles>,
    private readonly core: OfCore,
  ) {
    core.board.changed.add(() => this.look())
  }

  /** One was accepted. Before its target is in force where that `isNew`: else a cut could come in between. */
  async expect(expected: ExpectedBundle, isNew: boolean): Promise<void> {
    this.candidate = undefined
    if (isNew) return this.stored.update((it) => withExpected(it, expected))
    const known = this.stored.value.expected
    if (known?.releaseId === expected.releaseId && known.generation === expected.generation) return
    this.candidate = expected
    this.look()
  }

  /** It did not come to that. */
  async forget(expected: ExpectedBundle): Promise<void> {
    const isIt = (it: StoredBundles) => JSON.stringify(it.expected) === JSON.stringify(expected)
    await this.keep((it) => (isIt(it) ? withExpected(it, undefined) : it))
  }

  /** `content`: tells it from other bundles. */
  async refused(refusal: BundleRefused, { name, way }: Pick<ExpectedBundle, 'name' | 'way'>, content: string) {
    const { code, message: reason } = refusal
    const mark = `${code} ${content}`
    // What could not be read may be the best of bundles.
    if (code === 'unreadable' || this.stored.value.refusals.includes(mark)) return
    await this.core.events.record('bundle-refused', { name, way, code, reason })
    await this.keep((it) => withRefusal(it, mark))
  }

  private look(): void {
    const { status } = this.core.board
    const { candidate } = this
    if (status && candidate && status.target.generation >= candidate.generation) {
      this.candidate = undefined
      // What runs already was not brought by it.
      if (!runsRelease(status, candidate)) void this.keep((it) => withExpected(it, candidate))
    }
    const { expected } = this.stored.value
    if (!status || !expected || status.target.generation < expected.generation) return
    const isWanted = status.target.apps.some(({ release }) => release.id === expected.releaseId)
    if (!isWanted) void this.keep((it) => withExpected(it, undefined))
    else if (runsRelease(status, expected)) void this.tellApplied(expected)
  }

  private async tellApplied(expected: ExpectedBundle): Promise<void> {
    if (this.isTelling) return
    this.isTelling = true
    try {
      await this.core.events.record('bundle-applied', expected)
      await this.keep((it) => withExpected(it, undefined))
    } finally {
      this.isTelling = false
    }
  }

  /** A disk that takes nothing makes a story that is told twice, at worst. */
  private async keep(change: (stored: StoredBundles) => StoredBundles): Promise<void> {
    const { stored, core } = this
    await stored.update(change).catch((error: unknown) => core.log.error('bundle could not be noted', { error }))
  }
}
