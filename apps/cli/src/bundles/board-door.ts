import { isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BUNDLE_PIECE_BYTES,
  BUNDLE_PORT,
  BUNDLE_ROUTE,
  BUNDLE_UPLOAD_HEADERS,
  type BundleBoard,
  BundleBoardSchema,
  type BundleUpload,
  type BundleUploadAnswer,
  BundleUploadAnswerSchema,
  ProblemDetailsSchema,
} from '@flotilla/contracts'
import { CommandError, interrupted, usageError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'
import type { Io } from '../io.js'

// In a row. A board that is busy, or out of reach for a while, is asked again for about two minutes.
const MOST_FAILURES = 12
const LONGEST_PAUSE_MS = 15_000
const WORTH_ANOTHER_TRY = ['busy', 'too-slow', 'too-many-requests', 'wrong-offset']

/** What is sent: `read` gives its bytes from `first` to `last`, both of them included. */
export interface Upload {
  // The same file has the same each time.
  id: string
  name: string
  sizeBytes: number
  read(first: number, last: number): Promise<Uint8Array>
}

/** The address of a board as a person writes it: `pi.local`, `10.0.0.7:48480`, `fe80::1`, `http://…`. */
export function boardAddress(text: string): string {
  const isUrl = /^https?:\/\//i.test(text)
  const address = isUrl ? text : `http://${isIPv6(text) ? `[${text}]` : text}`
  if (!URL.canParse(address)) throw usageError(`${text} is no address of a board.`)
  const { protocol, hostname, port, pathname } = new URL(address)
  // A URL forgets the port that is usual for it; what a person wrote is kept.
  const written = port || (/:80$/.test(text) && !isIPv6(text) ? '80' : '')
  const wanted = written || (isUrl ? '' : String(BUNDLE_PORT))
  return `${protocol}//${hostname}${wanted && `:${wanted}`}${pathname.replace(/\/$/, '')}`
}

/** The way into a board beside us: its door to the local network, or its local API. */
export class BoardDoor {
  constructor(
    private readonly address: string,
    // Of the local API; the door to the local network wants none.
    private readonly token: string | undefined,
    private readonly io: Io,
  ) {}

  async look(): Promise<BundleBoard> {
    return BundleBoardSchema.parse(await this.ask('GET'))
  }

  /** The same of a board that has answered before: one that is out of reach for a moment is waited for. */
  lookAgain(): Promise<BundleBoard> {
    return this.patiently(() => this.look())
  }

  /** Sends what the board does not have; gives what it says to the whole. */
  async send(upload: Upload, onBytes: (doneBytes: number) => void): Promise<BundleUploadAnswer> {
    for (;;) {
      const answer = await this.patiently(() => this.sendOn(upload, onBytes))
      if (answer) return answer
    }
  }

  /** Sends piece after piece from where the board is; undefined: look again, it was broken off after some of them. */
  private async sendOn(upload: Upload, onBytes: (doneBytes: number) => void): Promise<BundleUploadAnswer | undefined> {
    const there = await this.uploadThere(upload)
    if (there?.receivedBytes === upload.sizeBytes) return this.wholeAnswer(there)
    const begin = there?.receivedBytes ?? 0
    for (let at = begin; ;) {
      try {
        const answer = await this.sendPiece(upload, at)
        at = answer.upload.receivedBytes
        onBytes(at)
        if (answer.accepted) return answer
      } catch (error) {
        if (at > begin && isWorthAnotherTry(error)) return undefined
        throw error
      }
    }
  }

  /** It has all of it, though its answer was lost: it is being checked, or was accepted, for a refused one is gone. */
  private async wholeAnswer(there: BundleUpload): Promise<BundleUploadAnswer | undefined> {
    if (!there.isReceiving) return { upload: there }
    await this.pause(500)
    return undefined
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await work()
      } catch (error) {
        if (!isWorthAnotherTry(error) || failures > MOST_FAILURES) throw error
        await this.pause(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** failures))
      }
    }
  }

  async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.io.interruption }).catch(() => {
      throw interrupted()
    })
  }

  private async uploadThere({ id, sizeBytes }: Upload): Promise<BundleUpload | undefined> {
    const { upload } = await this.look()
    return upload?.id === id && upload.sizeBytes === sizeBytes ? upload : undefined
  }

  private async sendPiece(upload: Upload, first: number): Promise<BundleUploadAnswer> {
    const last = Math.min(first + BUNDLE_PIECE_BYTES, upload.sizeBytes) - 1
    const body = await upload.read(first, last)
    const answer = await this.ask('POST', body, {
      'Content-Type': 'application/octet-stream',
      'Content-Range': `bytes ${first}-${last}/${upload.sizeBytes}`,
      [BUNDLE_UPLOAD_HEADERS.upload]: upload.id,
      [BUNDLE_UPLOAD_HEADERS.file]: encodeURIComponent(upload.name),
    })
    return BundleUploadAnswerSchema.parse(answer)
  }

  private async ask(method: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<unknown> {
    const all = { ...headers, ...(this.token !== undefined && { Authorization: `Bearer ${this.token}` }) }
    const init = { method, headers: all, body: body as RequestInit['body'], signal: this.io.interruption }
    try {
      const response = await fetch(this.address + BUNDLE_ROUTE, init)
      const answer: unknown = await response.json().catch(() => undefined)
      if (response.ok && answer !== undefined) return answer
      throw boardRefusal(this.address, response.status, answer)
    } catch (error) {
      if (this.io.interruption.aborted) throw interrupted()
      if (error instanceof CommandError) throw error
      throw new CommandError('board-unreachable', EXIT.unreachable, `No board answers at ${this.address}.`, {
        cause: error,
        hint: 'Its door is open where the supervisor has FLOTILLA_BUNDLE_PORT; see docs/bundles.md.',
      })
    }
  }
}

function boardRefusal(address: string, status: number, answer: unknown): CommandError {
  const problem = ProblemDetailsSchema.safeParse(answer)
  if (!problem.success) {
    const detail = `${address} answers ${status}, and not as a board of Flotilla does.`
    return new CommandError('unexpected-answer', EXIT.failure, detail)
  }
  const { code, detail } = problem.data
  const isForbidden = status === 401 || status === 403
  return new CommandError(code, isForbidden ? EXIT.forbidden : EXIT.conflict, detail, { status })
}

function isWorthAnotherTry(error: unknown): boolean {
  if (!(error instanceof CommandError)) return false
  return error.exitCode === EXIT.unreachable || WORTH_ANOTHER_TRY.includes(error.code)
}
