import type { SignedTarget, Target } from '@flotilla/contracts'
import { shortError } from '../errors.js'
import type { EventRecorder } from '../events.js'
import { Listeners } from '../listeners.js'
import type { Document, Logger } from '../ports.js'
import type { StoredTarget } from '../stored.js'
import { TargetRefused, verifyTarget, type TargetTrust } from './verify-target.js'

/** Holds the target in force: the last one accepted, here and on disk. */
export class TargetKeeper {
  readonly changed = new Listeners()
  /** A target could not be kept. */
  readonly lost = new Listeners()
  private accepted?: { target: Target; etag?: string }
  private lastRefusal?: string
  private trouble?: string
  private offering: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly trust: Omit<TargetTrust, 'generation'>,
    private readonly document: Document<StoredTarget>,
    private readonly events: EventRecorder,
    private readonly log: Logger,
  ) {}

  get target(): Target | undefined {
    return this.accepted?.target
  }

  /** Of the target in force, for conditional polls. */
  get etag(): string | undefined {
    return this.accepted?.etag
  }

  /** Why the newest target is not in force: the disk did not take it. */
  get keepError(): string | undefined {
    return this.trouble
  }

  /** Takes up what an earlier run accepted. It is verified like one from the network: the disk may have changed it. */
  async load(): Promise<void> {
    const stored = await this.document.read()
    if (!stored) return
    try {
      this.accepted = { target: verifyTarget(stored.signed, this.trust), etag: stored.etag }
      this.log.info('target from disk', { generation: this.accepted.target.generation })
    } catch (error) {
      await this.refuse(stored.signed, error)
    }
  }

  /** Opens a target as `offer` does, and changes nothing; throws TargetRefused. */
  verify(signed: SignedTarget): Target {
    return verifyTarget(signed, { ...this.trust, generation: this.target?.generation })
  }

  /** Puts a target in force once it is on disk. A refused one is reported and changes nothing. */
  offer(signed: SignedTarget, etag: string | undefined): Promise<void> {
    // In turn: a poll and a bundle may come at once, and the later one must win.
    const offered = this.offering.then(() => this.take(signed, etag))
    this.offering = offered.catch(() => undefined)
    return offered
  }

  private async take(signed: SignedTarget, etag: string | undefined): Promise<void> {
    try {
      const target = this.verify(signed)
      await this.keep({ signed, etag })
      const isNew = target.generation !== this.target?.generation
      this.accepted = { target, etag }
      this.lastRefusal = undefined
      if (isNew) await this.events.record('target-accepted', acceptance(target))
      this.changed.notify()
    } catch (error) {
      await this.refuse(signed, error)
    }
  }

  private async keep(stored: StoredTarget): Promise<void> {
    try {
      await this.document.write(stored)
      this.trouble = undefined
    } catch (error) {
      this.trouble = shortError(error)
      this.lost.notify()
      throw error
    }
  }

  /** Each bad target is told of once, not at every poll that brings it again. */
  private async refuse(signed: SignedTarget, error: unknown): Promise<void> {
    if (!(error instanceof TargetRefused)) throw error
    const { code, message: reason, generation } = error
    const refusal = `${code} ${signed.signature}`
    if (refusal === this.lastRefusal) return
    this.lastRefusal = refusal
    await this.events.record('target-refused', { code, reason, generation })
  }
}

function acceptance({ generation, apps }: Target) {
  const releases = apps.map(({ id, release }) => ({ appId: id, releaseId: release.id, version: release.version }))
  return { generation, releases }
}
