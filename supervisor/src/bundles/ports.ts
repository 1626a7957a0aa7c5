import type { ByteRange } from '../images/ports.js'
import type { Listeners } from '../listeners.js'
import type { TargetRefusal } from '../target/verify-target.js'

/*
 * Bundles as the ways into the board meet them: a way finds a file, offers it, and is told what becomes of it.
 */

/** A bundle file, wherever it lies. */
export interface BundleFile {
  // Tells it from all others that are there, and people where it is: a path, or the name of an upload.
  name: string
  // Of the whole, also while it is still coming.
  sizeBytes: number
  /** The bytes of the range in order, read in place; of a file that is still coming, as soon as they are there. */
  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** By which way it came. */
export type BundleWay = 'usb' | 'folder' | 'local-api' | 'lan'

/** Why one was not taken, for programs. */
export type BundleRefusal =
  | TargetRefusal
  // Not a bundle at all, or cut off.
  | 'not-a-bundle'
  // Of a later version of Flotilla.
  | 'unknown-format'
  | 'other-fleet'
  // Of this fleet, and without a target for this board.
  | 'not-for-this-board'
  // What it is signed for is not what is in it.
  | 'incomplete'
  // The file could not be read, or its target not be put in force, just now: nothing is said of the bundle.
  | 'unreadable'

export type BundleOutcome =
  | {
      accepted: true
      release: { id: string; version: string }
      generation: number
      // By the control plane's clock.
      createdAt: string
      // It changes what this board is to run; false: that was in force already.
      isNew: boolean
    }
  | { accepted: false; code: BundleRefusal; reason: string }

export interface BundleState {
  name: string
  way: BundleWay
  // waiting: it is being checked. bringing: what the board lacks is read from it. done: the engine has had all that it
  // holds for this board, or another target has come; nothing more is read from it. refused: by its code, also one that
  // was accepted and turned out to be damaged, which may be withdrawn then.
  state: 'waiting' | 'bringing' | 'done' | 'refused'
  // Of what the board lacked of it.
  doneBytes: number
  neededBytes: number
  // Once it is accepted.
  release?: { id: string; version: string }
  generation?: number
  createdAt?: string
  // The board runs what it brought.
  isRunning: boolean
  // Why the board gave the release up, if it did.
  givenUp?: string
  // Where it was refused.
  code?: BundleRefusal
  // Why; and of one that is being brought, what it lacks.
  reason?: string
}

export interface BundleIntake {
  /**
   * What `offer` would say now. It reads the head of the file alone (the signed description and this board's target), and
   * changes nothing.
   */
  check(file: BundleFile): Promise<BundleOutcome>
  /**
   * Checks it as a target from the cloud is checked, puts its target in force, and reads its blobs as they are needed, until
   * it is withdrawn. Resolves as soon as it is known whether it is accepted; never rejects. A refused one is closed. The
   * same file may be offered again and again.
   */
  offer(file: BundleFile, way: BundleWay): Promise<BundleOutcome>
  /**
   * The file goes, or is gone (the stick was pulled): it is closed, nothing more is read from it, and downloads go on from
   * elsewhere. What became of it is still told.
   */
  withdraw(name: string): Promise<void>
  /** Of those offered, the latest first; those that are gone too, for a while. */
  status(): BundleState[]
  /** What `status` tells may be other now. */
  readonly changed: Listeners
}
