import type { BundleUpload, BundleUploadAnswer } from '@flotilla/contracts'
import { randomUUID } from 'node:crypto'
import { shortError } from '../errors.js'
import { LocalProblem } from '../local-api/local-request.js'
import { Wake } from '../loops/wake.js'
import type { Logger, TimeSource } from '../ports.js'
import type { BundleIntake, BundleOutcome, BundleRefusal } from './ports.js'
import type { Upload } from './upload.js'
import type { UploadStore } from './upload-store.js'

// What is lost of it by a power cut at most.
const KEEP_BYTES = 8 * 1024 * 1024
const LONGEST_MS = 24 * 3600_000
const TIDY_MS = 3600_000

/** What anybody could send again and again; it is answered, and nobody else is told. */
const FROM_ANYBODY: readonly BundleRefusal[] = [
  'not-a-bundle',
  'unknown-key',
  'bad-signature',
  'malformed',
  'unreadable',
]

export interface UploadPiece {
  // Chosen by whoever sends it.
  id: string
  // Name of the file, for people.
  file: string
  first: number
  last: number
  sizeBytes: number
  // All of the file in one go, so that there is nothing to go on with.
  isAll: boolean
  way: 'local-api' | 'lan'
  bytes: AsyncIterable<Uint8Array>
}

/** Bundles that somebody beside the board sends to it, one at a time, and keeps until the board has taken them in. */
export class Uploads {
  // Not whole yet.
  private coming?: Upload
  // Accepted.
  private taken?: Upload
  private checking?: Promise<BundleOutcome>
  // Until what earlier runs left is taken up.
  private isBusy = true
  private readonly wake = new Wake()

  constructor(
    private readonly store: UploadStore,
    private readonly intake: BundleIntake,
    private readonly core: { clock: TimeSource; log: Logger },
  ) {}

  /** The one that is coming, or came last. */
  latest(): BundleUpload | undefined {
    return this.coming?.view(this.isBusy) ?? this.taken?.view(false)
  }

  /** Of the largest file that may be sent now. */
  async mostBytes(): Promise<number> {
    return (await this.store.roomBytes()) + (this.coming?.receivedBytes ?? 0)
  }

  /** Resolves once the piece is on the disk, and with the last one, once the bundle is in force; throws LocalProblem. */
  async receive(piece: UploadPiece): Promise<BundleUploadAnswer> {
    if (this.isBusy) throw this.problem(409, 'busy', 'Somebody is sending a bundle to this board just now.')
    this.isBusy = true
    try {
      const upload = await this.uploadOf(piece)
      await this.take(upload, piece)
      if (!upload.isWhole) return { upload: upload.view(false) }
      return await this.finish(upload)
    } finally {
      // The disk did not take the end of it: what is whole is accepted, or gone.
      if (this.coming?.isWhole) await this.drop(this.coming).catch(() => undefined)
      this.isBusy = false
    }
  }

  /** Goes on with what earlier runs left, and clears away. */
  async run(end: AbortSignal): Promise<void> {
    const { log, clock } = this.core
    await this.takeUp().catch((error: unknown) => log.warn('uploaded bundles could not be taken up', { error }))
    this.isBusy = false
    const forget = this.intake.changed.add(() => {
      if (this.isOver(this.taken)) this.wake.notify()
    })
    while (!end.aborted) {
      await this.tidy().catch((error: unknown) => log.warn('uploaded bundles not cleared away', { error }))
      await this.wake.wait(clock, TIDY_MS, end)
    }
    forget()
    if (this.taken) await this.intake.withdraw(this.taken.name)
    await this.coming?.close()
  }

  private async takeUp(): Promise<void> {
    for (const upload of await this.store.load()) {
      if (!upload.isWhole) {
        await this.drop(this.coming)
        this.begin(upload)
        continue
      }
      const outcome = await this.intake.offer(upload, upload.stored.way)
      if (outcome.accepted) await this.replaceTaken(upload)
      else await this.store.remove(upload)
    }
  }

  private async uploadOf(piece: UploadPiece): Promise<Upload> {
    const { coming } = this
    const isSame = coming?.stored.id === piece.id && coming.sizeBytes === piece.sizeBytes && !coming.refusal
    if (isSame && !piece.isAll) {
      if (piece.first === coming.receivedBytes) return coming
      throw this.problem(409, 'wrong-offset', `The next byte is number ${coming.receivedBytes}.`)
    }
    if (piece.first !== 0) throw new LocalProblem(409, 'wrong-offset', 'Nothing of it is here: begin with byte 0.')
    await this.drop(coming)
    const room = await this.store.roomBytes()
    if (piece.sizeBytes > room) {
      throw new LocalProblem(
        507,
        'no-room',
        `There is room for ${room} bytes on this board, and it has ${piece.sizeBytes}.`,
      )
    }
    return this.begin(await this.store.create(describe(piece, this.core.clock)))
  }

  /** It is checked as soon as its head has come, so that nobody sends for an hour what is refused in the end. */
  private begin(upload: Upload): Upload {
    this.coming = upload
    this.checking = this.intake.check(upload).then((outcome) => {
      if (!outcome.accepted) upload.refusal = outcome
      return outcome
    })
    return upload
  }

  private async take(upload: Upload, { first, last, bytes }: UploadPiece): Promise<void> {
    const end = last + 1
    let kept = first
    try {
      for await (const chunk of bytes) {
        if (upload.receivedBytes + chunk.length > end)
          throw this.problem(400, 'bad-upload', 'It is longer than it says.')
        await upload.append(chunk)
        if (upload.refusal) return await this.refuse(upload, upload.refusal)
        if (upload.receivedBytes - kept >= KEEP_BYTES) {
          await this.store.keep(upload)
          kept = upload.receivedBytes
        }
      }
    } catch (error) {
      if (upload === this.coming) await this.store.keep(upload)
      throw this.asProblem(error)
    }
    await this.store.keep(upload)
    if (upload.receivedBytes < end) throw this.problem(400, 'bad-upload', 'It is shorter than it says.')
  }

  private async finish(upload: Upload): Promise<BundleUploadAnswer> {
    const checked = await this.checking
    if (checked?.accepted === false) return this.refuse(upload, checked)
    const outcome = await this.intake.offer(upload, upload.stored.way)
    if (!outcome.accepted) return this.giveUp(upload, outcome)
    this.coming = undefined
    await this.replaceTaken(upload)
    const { release, generation, createdAt, isNew } = outcome
    return { upload: upload.view(false), accepted: { release, generation, createdAt, isNew } }
  }

  private async refuse(upload: Upload, refusal: NonNullable<Upload['refusal']>): Promise<never> {
    if (!FROM_ANYBODY.includes(refusal.code)) {
      // For the history: only what is offered is told of.
      await this.intake.offer(upload, upload.stored.way)
      await this.intake.withdraw(upload.name)
    }
    return this.giveUp(upload, refusal)
  }

  private async giveUp(upload: Upload, { code, reason }: NonNullable<Upload['refusal']>): Promise<never> {
    this.core.log.info('uploaded bundle refused', { name: upload.name, code, reason })
    await this.drop(upload)
    throw new LocalProblem(422, code, reason)
  }

  private async drop(upload: Upload | undefined): Promise<void> {
    if (!upload) return
    if (this.coming === upload) this.coming = undefined
    await this.store.remove(upload)
  }

  private async replaceTaken(upload: Upload): Promise<void> {
    await this.dropTaken()
    this.taken = upload
    this.wake.notify()
  }

  private async dropTaken(): Promise<void> {
    const { taken } = this
    this.taken = undefined
    if (!taken) return
    await this.intake.withdraw(taken.name)
    await this.store.remove(taken)
  }

  private async tidy(): Promise<void> {
    if (this.taken && (this.isOver(this.taken) || this.isOld(this.taken))) await this.dropTaken()
    if (this.coming && !this.isBusy && this.isOld(this.coming)) await this.drop(this.coming)
  }

  private isOver(upload: Upload | undefined): boolean {
    const state = this.intake.status().find(({ name }) => name === upload?.name)?.state
    return state === 'done' || state === 'refused'
  }

  /** Of a boot whose time was never known, nothing can be said. */
  private isOld({ stored }: Upload): boolean {
    const { clock } = this.core
    const now = clock.stamp()
    if (stored.at.boot === now.boot) return now.monotonicMs - stored.at.monotonicMs > LONGEST_MS
    const began = clock.whenWas(stored.at)
    return clock.isKnown() && began !== undefined && clock.now() - began > LONGEST_MS
  }

  private problem(status: number, code: string, detail: string): LocalProblem {
    return new LocalProblem(status, code, detail, { upload: this.latest() })
  }

  private asProblem(error: unknown): LocalProblem {
    if (error instanceof LocalProblem) return error
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return this.problem(507, 'no-room', 'The disk is full.')
    return this.problem(400, 'bad-upload', `It broke off: ${shortError(error)}.`)
  }
}

function describe({ id, file, sizeBytes, way }: UploadPiece, clock: TimeSource): Upload['stored'] {
  const key = randomUUID()
  // The same file may be sent twice.
  return { key, id, name: `${file} (sent, ${key.slice(0, 8)})`, sizeBytes, keptBytes: 0, way, at: clock.stamp() }
}
