import type { BuildOutput } from '@flotilla/contracts'
import type { ControlPlaneClient } from './control-plane-client.js'

export type OutputLine = Omit<BuildOutput['lines'][number], 'number'>

const FLUSH_MS = 150
// A lease is renewed by output; a silent step renews it with an empty batch.
const HEARTBEAT_MS = 5_000
// With the longest lines, every character escaped, still within what the control plane takes as one body (4 MB).
const LINES_PER_BATCH = 150
const MAX_LINE_CHARACTERS = 4_000
// A build that prints without end must not fill the database, be it with many lines or with long ones.
const MAX_LINES = 200_000
const MAX_CHARACTERS = 16_000_000
const LAST_LINE = 'More output than is kept: the rest is left out.'

/** Numbers the lines of one attempt and streams them in batches, in order, until closed. */
export class BuildOutputStream {
  private readonly waiting: BuildOutput['lines'] = []
  private count = 0
  private characters = 0
  private lastSentAt = Date.now()
  private sending: Promise<void> = Promise.resolve()
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly client: ControlPlaneClient,
    private readonly attempt: number,
    private readonly onLost: (error: Error | undefined) => void,
  ) {
    this.timer = setInterval(() => this.tick(), FLUSH_MS)
  }

  write(line: OutputLine): void {
    const wasFull = this.isFull
    // What the builder itself says comes through: how the build went on, and how it ended.
    if (wasFull && line.kind === 'output') return
    const text = clean(line.text)
    this.count++
    this.characters += text.length
    const isLast = this.isFull && !wasFull
    this.waiting.push({ ...line, text: isLast ? LAST_LINE : text, number: this.count })
  }

  private get isFull(): boolean {
    return this.count >= MAX_LINES || this.characters >= MAX_CHARACTERS
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    this.flush()
    await this.sending
  }

  private tick(): void {
    if (this.waiting.length > 0 || Date.now() - this.lastSentAt > HEARTBEAT_MS) this.flush()
  }

  private flush(): void {
    this.lastSentAt = Date.now()
    this.sending = this.sending.then(() => this.sendAll())
  }

  private async sendAll(): Promise<void> {
    do {
      const lines = this.waiting.splice(0, LINES_PER_BATCH)
      try {
        const { cancelled } = await this.client.appendOutput({ attempt: this.attempt, lines })
        if (cancelled) this.onLost(undefined)
      } catch (error) {
        this.onLost(error as Error)
        return
      }
    } while (this.waiting.length > 0)
  }
}

// Postgres takes no NUL in text, and a progress bar redraws its line: the last state is what a log keeps.
function clean(text: string): string {
  const line = text.replaceAll('\0', '').trimEnd()
  const last = line.slice(line.lastIndexOf('\r') + 1)
  return last.length > MAX_LINE_CHARACTERS ? `${last.slice(0, MAX_LINE_CHARACTERS)}…` : last
}
