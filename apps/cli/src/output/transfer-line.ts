import type { Io } from '../io.js'
import { formatSeconds } from './age.js'
import { formatBytes } from './bytes.js'

const EVERY_MS = 200
// Before, what is said of the rate would be said of how it began.
const LEAST_SECONDS = 1
const ERASE_LINE = '\r\x1b[2K'

/** On a terminal, a line that says how far a transfer is, how fast it goes and when it ends. */
export class TransferLine {
  private drawnAt = -Infinity
  private begun: { at: number; bytes: number } | undefined

  constructor(
    private readonly io: Io,
    private readonly what: string,
  ) {}

  /** `freshBytes` are those that were really transferred in this run. */
  show({ doneBytes, totalBytes, freshBytes }: { doneBytes: number; totalBytes: number; freshBytes: number }): void {
    const now = performance.now()
    this.begun ??= { at: now, bytes: freshBytes }
    if (this.io.stderr.isTTY !== true || now - this.drawnAt < EVERY_MS) return
    this.drawnAt = now
    const seconds = (now - this.begun.at) / 1000
    const rate = seconds > LEAST_SECONDS ? (freshBytes - this.begun.bytes) / seconds : 0
    const text = describeTransfer({ doneBytes, totalBytes, bytesPerSecond: rate })
    this.io.stderr.write(`${ERASE_LINE}${this.what}: ${text}`)
  }

  /** Leaves nothing behind. */
  end(): void {
    if (this.drawnAt > -Infinity) this.io.stderr.write(ERASE_LINE)
    this.drawnAt = -Infinity
  }
}

interface Transfer {
  doneBytes: number
  totalBytes: number
  bytesPerSecond: number
}

/** "45.3 MB of 120 MB, 3.2 MB/s, 24 s left"; the end is told where there is a rate to tell it by. */
export function describeTransfer({ doneBytes, totalBytes, bytesPerSecond }: Transfer): string {
  const amount = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`
  if (bytesPerSecond < 1) return amount
  const left = Math.ceil((totalBytes - doneBytes) / bytesPerSecond)
  return `${amount}, ${formatBytes(bytesPerSecond)}/s, ${formatSeconds(left)} left`
}
