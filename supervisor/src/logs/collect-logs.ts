import type { CurrentContainer } from '@flotilla/reconcile'
import { withAbort } from '../abort.js'
import { Listeners } from '../listeners.js'
import type { Engine, Logger, TimeSource } from '../ports.js'
import type { StatusBoard } from '../status-board.js'
import type { LogSpool } from '../stored.js'
import { lineTime } from '../time/line-times.js'
import { LineAssembler, type AssembledLine } from './line-assembler.js'
import { ReadingPace } from './reading-pace.js'
import { moveCursor, resumePoint } from './resume.js'
import { SilenceWatch } from './silence-watch.js'

// An engine may end a stream, or refuse one, without the container having ended. Some log drivers refuse for ever.
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 300_000

interface Follower {
  // CurrentContainer.startedAt of the run that is, or was, read.
  run: number
  isReading: boolean
  // The run is over and read to its end.
  isDone: boolean
  // By the monotonic clock.
  retryAt: number
  // Doubled each time that nothing came of it.
  retryMs: number
  // Of the container, over all of its runs.
  pace: ReadingPace
}

/** One run of a container, whose output is read. */
interface Source {
  id: string
  service: string
  run: number
  pace: ReadingPace
}

/** Follows the logs of all containers that the apply loop sees, each from where it was read last. */
export class LogCollector {
  /** There are new lines in the spool. */
  readonly collected = new Listeners()
  private readonly followers = new Map<string, Follower>()
  private readonly reading = new Set<Promise<unknown>>()

  constructor(
    private readonly engine: Engine,
    private readonly spool: LogSpool,
    private readonly board: StatusBoard,
    private readonly ambient: { clock: TimeSource; log: Logger },
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const look = () => this.look(signal)
    this.board.changed.add(look)
    look()
    // Told to end before it has begun, it would wait for ever.
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    await Promise.all(this.reading)
  }

  private look(signal: AbortSignal): void {
    const { status } = this.board
    if (!status || signal.aborted) return
    const { observed: containers } = status
    const ids = containers.map(({ id }) => id)
    for (const id of this.followers.keys()) if (!ids.includes(id)) this.followers.delete(id)
    this.spool.keepCursors(ids)
    for (const container of containers) this.follow(container, signal)
  }

  /** Once for each run of the container: the engine ends the stream when the run ends. */
  private follow({ id, service, startedAt }: CurrentContainer, signal: AbortSignal): void {
    if (startedAt === undefined) return
    const known = this.followers.get(id)
    if (known?.isReading) return
    const { clock, log } = this.ambient
    if (known?.run === startedAt && (known.isDone || clock.monotonic() < known.retryAt)) return
    const retryMs = known?.run === startedAt ? Math.min(known.retryMs * 2, LONGEST_RETRY_MS) : RETRY_MS
    const pace = known?.pace ?? new ReadingPace(clock)
    const follower: Follower = { run: startedAt, isReading: true, isDone: false, retryAt: 0, retryMs, pace }
    this.followers.set(id, follower)
    const reading = this.read({ id, service, run: startedAt, pace }, signal)
      .then((lines) => {
        follower.isDone = !this.isRunning(id)
        if (lines > 0) follower.retryMs = RETRY_MS
      })
      .catch((error: unknown) => {
        if (!signal.aborted) log.debug('container log not read to its end', { service, error })
      })
      .finally(() => {
        follower.isReading = false
        follower.retryAt = clock.monotonic() + follower.retryMs
        this.reading.delete(reading)
        // It may have been started again meanwhile.
        this.look(signal)
        if (!follower.isDone && !signal.aborted) this.lookAgain(follower.retryMs, signal)
      })
    this.reading.add(reading)
  }

  /** A board on which all is well may not look at its containers again for minutes. */
  private lookAgain(afterMs: number, signal: AbortSignal): void {
    // Timers may be a little early.
    const waiting = this.ambient.clock.sleep(afterMs + 100, signal).then(() => {
      this.reading.delete(waiting)
      this.look(signal)
    })
    this.reading.add(waiting)
  }

  private isRunning(id: string): boolean {
    return this.board.status?.observed.some((it) => it.id === id && it.status === 'running') ?? false
  }

  /** Gives how many lines there were that had not been read. A stream that may be dead is opened anew. */
  private async read(source: Source, signal: AbortSignal): Promise<number> {
    let lines = 0
    for (let former: SilenceWatch | undefined; ;) {
      const watch = new SilenceWatch(this.ambient.clock, former)
      lines += await withAbort(signal, (controller) => {
        void watch.run(controller)
        return this.readStream(source, watch, controller.signal).finally(() => controller.abort())
      })
      if (!watch.isOver) return lines
      former = watch
    }
  }

  private async readStream(source: Source, watch: SilenceWatch, signal: AbortSignal): Promise<number> {
    const { id, run, pace } = source
    const from = resumePoint(this.spool.cursor(id), run)
    const lines = new LineAssembler()
    let known = from.known
    let kept = 0
    const take = async (line: AssembledLine) => {
      // `since` is inclusive: the lines of that very moment come again.
      if (line.at === from.since && known > 0) return void known--
      watch.heard()
      const warning = await pace.turn(line.text, signal)
      await this.keep(source, line)
      if (warning !== undefined) await this.say(source, line.at, warning)
      kept++
    }
    try {
      for await (const frame of this.engine.readLogs(id, { since: from.since, signal })) {
        const line = lines.add(frame)
        if (line) await take(line)
      }
    } catch (error) {
      if (!watch.isOver) throw error
    }
    // Cut short by our own stop, the line goes on: it is read whole the next time.
    if (!signal.aborted) for (const line of lines.rest()) await take(line)
    return kept
  }

  private async keep({ id, service, run }: Source, line: AssembledLine): Promise<void> {
    const { at, stream, text, truncated } = line
    const cursor = moveCursor(this.spool.cursor(id), at, run)
    const time = lineTime(this.ambient.clock, at)
    await this.spool.append(id, { ...time, service, stream, text, ...(truncated && { truncated }) }, cursor)
    this.collected.notify()
  }

  /** Among the lines of a service, what it did not write itself. */
  private async say({ id, service }: Source, at: string, text: string): Promise<void> {
    const cursor = this.spool.cursor(id)
    if (!cursor) return
    await this.spool.append(id, { ...lineTime(this.ambient.clock, at), service, stream: 'system', text }, cursor)
  }
}
