/** Where numbered lines come from. */
export interface LineSource<Line> {
  /** The newest lines there are, oldest first, and whether there are older ones. */
  newest(signal: AbortSignal): Promise<{ lines: Line[]; hasOlder: boolean }>
  /** The lines right before a line. */
  older?(before: string, signal: AbortSignal): Promise<{ lines: Line[]; hasOlder: boolean }>
  /** Every line after a line, and then each as it comes; ends where no more can come. */
  follow(after: string | undefined, signal: AbortSignal): AsyncIterable<Line>
}

export interface LineFeedState<Line> {
  lines: readonly Line[]
  phase: 'loading' | 'following' | 'ended' | 'failed'
  error?: unknown
  hasOlder: boolean
  isLoadingOlder: boolean
}

// Lines in one drawing; a busy service writes thousands a second.
const DRAW_MS = 100
const KEPT = 20_000

/**
 * Lines that are followed as they come, for a view to subscribe to. It keeps a bounded number of them, tells its
 * listeners at most ten times a second, and goes on behind the last line when it runs again.
 */
export class LineFeed<Line extends { id: string }> {
  private state: LineFeedState<Line> = { lines: [], phase: 'loading', hasOlder: false, isLoadingOlder: false }
  private arrived: Line[] = []
  private drawing: ReturnType<typeof setTimeout> | undefined
  private signal: AbortSignal | undefined
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly source: LineSource<Line>,
    private readonly kept = KEPT,
  ) {}

  readonly read = (): LineFeedState<Line> => this.state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Reads and follows until the signal aborts or no more lines can come. */
  async run(signal: AbortSignal): Promise<void> {
    this.signal = signal
    try {
      if (this.state.lines.length === 0) {
        const { lines, hasOlder } = await this.source.newest(signal)
        this.set({ lines, hasOlder })
      }
      this.set({ phase: 'following', error: undefined })
      for await (const line of this.source.follow(this.lastId(), signal)) {
        // Another run may have begun where this one was left.
        if (signal.aborted) return
        this.take(line)
      }
      if (!signal.aborted) this.finish('ended')
    } catch (error) {
      if (!signal.aborted) this.finish('failed', error)
    }
  }

  async loadOlder(): Promise<void> {
    const { lines, hasOlder, isLoadingOlder } = this.state
    const [first] = lines
    const { signal } = this
    if (!this.source.older || !first || !hasOlder || isLoadingOlder || !signal) return
    this.set({ isLoadingOlder: true })
    try {
      const older = await this.source.older(first.id, signal)
      this.set({ lines: [...older.lines, ...this.state.lines], hasOlder: older.hasOlder, isLoadingOlder: false })
    } catch {
      // Scrolling up once more asks once more.
      this.set({ isLoadingOlder: false })
    }
  }

  private take(line: Line): void {
    this.arrived.push(line)
    this.drawing ??= setTimeout(() => this.draw(), DRAW_MS)
  }

  private draw(): void {
    clearTimeout(this.drawing)
    this.drawing = undefined
    if (this.arrived.length === 0) return
    const lines = [...this.state.lines, ...this.arrived.splice(0)]
    const tooMany = lines.length > this.kept
    this.set({ lines: tooMany ? lines.slice(-this.kept) : lines, hasOlder: this.state.hasOlder || tooMany })
  }

  private finish(phase: 'ended' | 'failed', error?: unknown): void {
    this.draw()
    this.set({ phase, error })
  }

  private lastId(): string | undefined {
    return (this.arrived.at(-1) ?? this.state.lines.at(-1))?.id
  }

  private set(change: Partial<LineFeedState<Line>>): void {
    this.state = { ...this.state, ...change }
    this.listeners.forEach((tell) => tell())
  }
}
