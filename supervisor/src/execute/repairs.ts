import type { Step } from '@flotilla/reconcile'
import { shortError, SpoiledError } from '../errors.js'
import type { EventRecorder } from '../events.js'
import type { Clock, Document, Engine, Logger, StepOf } from '../ports.js'
import type { RepairCounts } from '../stored.js'

// What does not help three times will not help the fourth time, and each time may cost a download.
const MOST_REPAIRS = 3
const FORGOTTEN_AFTER_MS = 24 * 3_600_000

type RepairableStep = StepOf<'create-container'> | StepOf<'start-container'>

/**
 * Clears away what a power cut has spoiled in the engine's store, so that the next plan brings it anew: first the
 * container alone, then its image, then all images that share layers with it. Counted on disk before it is done.
 */
export class Repairs {
  private counts: RepairCounts = {}
  // Came in this run: their files were not there when the power went.
  private readonly pulled = new Set<string>()

  constructor(
    private readonly document: Document<RepairCounts>,
    private readonly engine: Engine,
    private readonly events: EventRecorder,
    private readonly ambient: { clock: Clock; log: Logger },
  ) {}

  async load(): Promise<void> {
    this.counts = (await this.document.read()) ?? {}
  }

  notePulled(image: string): void {
    this.pulled.add(image)
  }

  /** False: this is no matter for a repair, or for another one. */
  async repair(step: Step, error: unknown): Promise<boolean> {
    if (!(error instanceof SpoiledError) || !isRepairable(step)) return false
    const image = step.kind === 'create-container' ? step.spec.image : await this.imageOf(step)
    const count = this.countOf(image)
    if (count >= MOST_REPAIRS) return false
    // A program that is missing from an image that has just come was never in it.
    if (!error.isCertain && (count > 0 || this.pulled.has(image))) return false
    const { appId, service, name } = step
    const facts = { appId, service, error: shortError(error), count: count + 1 }
    try {
      await this.note(image, count + 1)
      if (step.kind === 'start-container' && error.isCertain && count === 0) {
        await this.engine.removeContainer(step.id)
        await this.events.record('container-repaired', { name, ...facts })
      } else {
        await this.engine.discardImage(image, { alsoSharing: count > 1 })
        this.pulled.delete(image)
        await this.events.record('image-repaired', { image, ...facts })
      }
      return true
    } catch (cause) {
      this.ambient.log.warn('spoiled image not removed', { image, error: cause })
      return false
    }
  }

  private countOf(image: string): number {
    const past = this.counts[image]
    const age = this.ambient.clock.now() - (past?.at ?? 0)
    return past && Math.abs(age) < FORGOTTEN_AFTER_MS ? past.count : 0
  }

  private async note(image: string, count: number): Promise<void> {
    const recent = Object.entries(this.counts).filter(([known]) => this.countOf(known) > 0)
    this.counts = { ...Object.fromEntries(recent), [image]: { count, at: this.ambient.clock.now() } }
    await this.document.write(this.counts)
  }

  private async imageOf({ id }: StepOf<'start-container'>): Promise<string> {
    const { containers } = await this.engine.observe([])
    return containers.find((container) => container.id === id)?.image ?? ''
  }
}

function isRepairable(step: Step): step is RepairableStep {
  return step.kind === 'create-container' || step.kind === 'start-container'
}
