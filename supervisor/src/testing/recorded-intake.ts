/*
 * Somebody who takes bundles in by what their first line says, for tests of the ways by which they come. The rest of
 * each is noise, so that a byte that is lost or doubled on the way is noticed.
 */
import { createCipheriv, createHash } from 'node:crypto'
import type {
  BundleFile,
  BundleIntake,
  BundleOutcome,
  BundleRefusal,
  BundleState,
  BundleWay,
} from '../bundles/ports.js'
import { Listeners } from '../listeners.js'

const HEAD_BYTES = 512
const RELEASE = { id: '11111111-1111-4111-8111-111111111111', version: '2.0.0' }

export interface BundleText {
  createdAt?: string
  // Absent: it is for this board.
  code?: BundleRefusal
  sizeBytes?: number
}

/** A file that a RecordedIntake understands. */
export function bundleText({
  createdAt = '2026-11-21T07:00:00.000Z',
  code,
  sizeBytes = 10_000,
}: BundleText = {}): Buffer {
  const key = createHash('md5').update(createdAt).digest()
  const bytes = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
  bytes.write(`${JSON.stringify({ createdAt, code })}\n`.padEnd(HEAD_BYTES))
  return bytes
}

export class RecordedIntake implements BundleIntake {
  readonly changed = new Listeners()
  /** Names, in the order in which they were offered, once it is known what becomes of them. */
  readonly offered: string[] = []
  readonly withdrawn: string[] = []
  private readonly files = new Map<string, BundleFile>()
  private states: BundleState[] = []

  async check(file: BundleFile): Promise<BundleOutcome> {
    try {
      const head = await content(file, HEAD_BYTES)
      const { createdAt, code } = JSON.parse(head.toString()) as { createdAt: string; code?: BundleRefusal }
      if (code) return { accepted: false, code, reason: `It says ${code}.` }
      return { accepted: true, release: RELEASE, generation: 2, createdAt, isNew: true }
    } catch (error) {
      return { accepted: false, code: 'not-a-bundle', reason: String(error) }
    }
  }

  async offer(file: BundleFile, way: BundleWay): Promise<BundleOutcome> {
    const { name } = file
    const outcome = await this.check(file)
    const facts = { doneBytes: 0, neededBytes: file.sizeBytes, isRunning: false }
    const state = outcome.accepted ? ('bringing' as const) : ('refused' as const)
    this.states = [{ name, way, state, ...facts }, ...this.states.filter((it) => it.name !== name)]
    if (outcome.accepted) this.files.set(name, file)
    else await file.close()
    this.offered.push(name)
    this.changed.notify()
    return outcome
  }

  async withdraw(name: string): Promise<void> {
    this.withdrawn.push(name)
    await this.files.get(name)?.close()
    this.files.delete(name)
  }

  status(): BundleState[] {
    return this.states
  }

  /** All of what was offered under this name. */
  read(name: string): Promise<Buffer> {
    const file = this.files.get(name)
    if (!file) throw new Error(`${name} is not on offer`)
    return content(file, file.sizeBytes)
  }

  /** The board has all that it needs of it. */
  finish(name: string, isRunning = false): void {
    const change = { state: 'done' as const, release: RELEASE, isRunning }
    this.states = this.states.map((it) => (it.name === name ? { ...it, ...change } : it))
    this.changed.notify()
  }
}

async function content(file: BundleFile, bytes: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  const range = { first: 0, last: bytes - 1 }
  for await (const piece of file.read(range, new AbortController().signal)) pieces.push(piece)
  return Buffer.concat(pieces)
}
