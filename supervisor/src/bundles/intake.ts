import type { SignedTarget, Target } from '@flotilla/contracts'
import { shortError } from '../errors.js'
import { Listeners } from '../listeners.js'
import type { Core } from '../part.js'
import { TargetRefused } from '../target/verify-target.js'
import type { AtHand } from './at-hand.js'
import { BundleEntry } from './bundle-entry.js'
import { BundleRefused } from './bundle-refused.js'
import type { BundleShelf } from './bundle-shelf.js'
import type { BundleStory } from './bundle-story.js'
import { OpenBundle, WrongBlob } from './open-bundle.js'
import type { BundleFile, BundleIntake, BundleOutcome, BundleState, BundleWay } from './ports.js'
import { readBundle, readHead, type BundleHead, type BundleTrust } from './read-bundle.js'

// Those that are gone are told of for as long as there are no more than these.
const MOST_ENTRIES = 16

type OfCore = Pick<Core, 'registration' | 'identity' | 'targets' | 'executor' | 'board' | 'lookWanted' | 'log'>

/** Takes bundles in, whatever way they come. */
export class Intake implements BundleIntake {
  readonly changed = new Listeners()
  // By name, the latest last.
  private readonly entries = new Map<string, BundleEntry>()
  private last: Promise<unknown> = Promise.resolve()
  private told = ''

  constructor(
    private readonly core: OfCore,
    private readonly parts: { shelf: BundleShelf; atHand: Pick<AtHand, 'lacking'>; story: BundleStory },
  ) {
    core.board.changed.add(() => this.look())
  }

  async check(file: BundleFile): Promise<BundleOutcome> {
    try {
      const head = await readHead(file, this.trust(), new AbortController().signal)
      return accepted(head, head.target.generation !== this.core.targets.target?.generation)
    } catch (error) {
      return refused(asRefusal(error))
    }
  }

  offer(file: BundleFile, way: BundleWay): Promise<BundleOutcome> {
    return this.inTurn(async () => {
      await this.drop(file.name)
      const entry = new BundleEntry(file.name, way)
      this.entries.set(file.name, entry)
      this.look()
      const outcome = await this.take(file, entry)
      this.forgetOld()
      this.look()
      return outcome
    })
  }

  withdraw(name: string): Promise<void> {
    this.entries.get(name)?.controller.abort(new Error('The bundle was withdrawn'))
    return this.inTurn(() => this.parts.shelf.take(name))
  }

  status(): BundleState[] {
    const { status } = this.core.board
    const { lacking } = this.parts.atHand
    return [...this.entries.values()].reverse().map((entry) => entry.state(status, lacking))
  }

  /** Never rejects. */
  private async take(file: BundleFile, entry: BundleEntry): Promise<BundleOutcome> {
    const content = { signature: `${file.name} ${file.sizeBytes}` }
    try {
      const found = await readBundle(file, this.trust(), entry.controller.signal)
      content.signature = found.signature
      const isNew = await this.putInForce(found, entry)
      const onSpoiled = (error: unknown) => void this.noteDamage(entry, error, found.signature)
      await this.parts.shelf.take(file.name)
      this.parts.shelf.put(file.name, new OpenBundle(file, found.bundle, found.blobs, onSpoiled))
      entry.head = { bundle: found.bundle, target: found.target }
      // What could not be had from far away can be had now.
      await this.core.executor.forgetAttempts()
      this.core.lookWanted.notify()
      this.core.log.info('bundle accepted', { name: file.name, way: entry.way, isNew, ...found.bundle.release })
      return accepted(found, isNew)
    } catch (error) {
      entry.refusal = asRefusal(error)
      this.core.log.warn('bundle refused', { name: file.name, way: entry.way, error })
      await file.close().catch(() => undefined)
      await this.parts.story.refused(entry.refusal, entry, content.signature)
      return refused(entry.refusal)
    }
  }

  /** Gives whether it was not so before. */
  private async putInForce({ bundle, target, signed }: BundleHead, { name, way }: BundleEntry): Promise<boolean> {
    const { targets } = this.core
    const { generation } = target
    const isNew = generation !== targets.target?.generation
    const { release, createdAt } = bundle
    const expected = { name, way, createdAt, releaseId: release.id, release: release.version, generation }
    const { story } = this.parts
    await story.expect(expected, isNew)
    if (isNew) await targets.offer(signed, undefined)
    const inForce = targets.target?.generation
    if (inForce === generation) return isNew
    await story.forget(expected)
    throw new BundleRefused('older-generation', `Generation ${inForce} came in between.`)
  }

  private async noteDamage(entry: BundleEntry, error: unknown, signature: string): Promise<void> {
    if (entry.refusal) return
    entry.refusal =
      error instanceof WrongBlob
        ? new BundleRefused('incomplete', `${error.message} What the board lacks has to come from elsewhere.`)
        : new BundleRefused('unreadable', `It cannot be read any more: ${shortError(error, 200)}.`)
    this.look()
    await this.parts.story.refused(entry.refusal, entry, signature)
  }

  private async drop(name: string): Promise<void> {
    this.entries.delete(name)
    await this.parts.shelf.take(name)
  }

  private forgetOld(): void {
    const { shelf } = this.parts
    const gone = [...this.entries.keys()].filter((name) => !shelf.holds(name))
    for (const name of gone.slice(0, Math.max(0, this.entries.size - MOST_ENTRIES))) this.entries.delete(name)
  }

  private look(): void {
    if (this.entries.size === 0) return
    for (const entry of this.entries.values()) entry.look(this.core.board.status)
    const seen = JSON.stringify(this.status())
    if (seen === this.told) return
    this.told = seen
    this.changed.notify()
  }

  private trust(): BundleTrust {
    const { registration, identity, targets } = this.core
    return {
      keys: registration.targetKeys,
      hardwareUuid: identity.uuid,
      fleetId: targets.target?.fleet.id ?? registration.fleetId,
      verifyTarget: (signed) => verifyBeside(targets, signed),
    }
  }

  /** One after the other; the order in which they were asked for is the order in which they count. */
  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action)
    this.last = result.catch(() => undefined)
    return result
  }
}

/** As from the cloud; and of one generation there is one target. */
function verifyBeside(targets: OfCore['targets'], signed: SignedTarget): Target {
  const target = targets.verify(signed)
  const inForce = targets.target
  if (inForce?.generation === target.generation && whatRuns(inForce) !== whatRuns(target)) {
    const reason = `Its generation ${target.generation} is in force with another content.`
    throw new TargetRefused('older-generation', reason, target.generation)
  }
  return target
}

/** Not the whole text: a newer control plane may say the same in other words. */
function whatRuns({ apps }: Target): string {
  const all = apps.map(({ id, release, services }) => {
    const images = Object.entries(services).map(([name, { image }]) => `${name} ${image.digest}`)
    return [id, release.id, ...images.sort()].join('\n')
  })
  return all.sort().join('\n\n')
}

function asRefusal(error: unknown): BundleRefused {
  if (error instanceof BundleRefused) return error
  return new BundleRefused('unreadable', `It could not be taken in: ${shortError(error, 200)}.`, { cause: error })
}

function accepted({ bundle, target }: BundleHead, isNew: boolean): BundleOutcome {
  const { release, createdAt } = bundle
  return { accepted: true, release, generation: target.generation, createdAt, isNew }
}

function refused({ code, message: reason }: BundleRefused): BundleOutcome {
  return { accepted: false, code, reason }
}
