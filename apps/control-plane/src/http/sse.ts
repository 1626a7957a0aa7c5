import { Readable } from 'node:stream'
import { Injectable, type OnModuleDestroy, StreamableFile } from '@nestjs/common'
import type { Request } from 'express'

// Proxies cut connections that say nothing for a minute or less.
const KEEP_ALIVE_MS = 15_000
// After so long a stream ends and the client comes back, with credentials that are looked at again.
const LONGEST_MS = 3_600_000

/** `id`: where a client that lost its connection goes on (Last-Event-ID); absent where there is nothing to go on from. */
export interface ServerEvent {
  type: string
  id?: string
  data: object
}

/** Makes events, one by one or several at once, until `signal` says that nobody listens any more. */
export type EventSource = (signal: AbortSignal) => AsyncIterable<ServerEvent | readonly ServerEvent[]>

/**
 * Answers a `@Get()` route with server-sent events: comments keep the connection alive, the next event is made when the
 * client has taken the last, and every stream ends when its client leaves or the process stops. Not `@Sse()`: behind an
 * interceptor that has answered 200 before an asynchronous handler can refuse.
 *
 *     return this.streams.open(request, (signal) => this.lines(build, resumeAfter(request, query.after), signal))
 */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly running = new Map<AbortController, Request>()

  open(request: Request, events: EventSource): StreamableFile {
    const controller = new AbortController()
    this.running.set(controller, request)
    const longest = setTimeout(() => controller.abort(), LONGEST_MS)
    const stream = Readable.from(frames(events(controller.signal), controller.signal), { objectMode: false })
    const end = () => {
      clearTimeout(longest)
      this.running.delete(controller)
      controller.abort()
    }
    // Not the stream's own end: that waits for an event to come first. The client may have left before it began.
    if (request.socket.destroyed) end()
    else request.res?.once('close', end)
    // The second is for nginx, which would otherwise collect events until it has a page of them.
    request.res?.setHeader('Cache-Control', 'private, no-store, no-transform').setHeader('X-Accel-Buffering', 'no')
    return new StreamableFile(stream, { type: 'text/event-stream' })
  }

  onModuleDestroy(): void {
    for (const [controller, request] of this.running) {
      // Kept open for another request, the connection would hold up the end of the process.
      request.res?.once('finish', () => request.socket.destroySoon())
      controller.abort()
    }
  }
}

/** The last event that a client has, by its Last-Event-ID, else by the `after` it asked for. Ids are whole numbers. */
export function resumeAfter(request: Request, after?: string): string | undefined {
  const last = request.headers['last-event-id']
  return typeof last === 'string' && /^\d{1,18}$/.test(last) ? last : after
}

/** The text of a stream. Its first comment sends the headers: the client learns that it is heard. */
async function* frames(events: ReturnType<EventSource>, signal: AbortSignal): AsyncGenerator<string> {
  yield ': open\n\n'
  const source = events[Symbol.asyncIterator]()
  const silence = new Silence(signal)
  try {
    for (let next = source.next(); !signal.aborted;) {
      const result = await silence.or(next)
      if (result === 'silence') yield ': ping\n\n'
      else if (result.done) return
      else {
        yield [result.value].flat().map(frame).join('')
        next = source.next()
      }
    }
  } finally {
    silence.end()
    await source.return?.()
  }
}

/** Says when nothing has come for long. One timer and one listener for all of a stream: there may be many events. */
class Silence {
  private readonly timer: NodeJS.Timeout
  private fall: () => void = () => undefined
  private readonly onAbort = () => this.fall()

  constructor(private readonly signal: AbortSignal) {
    this.timer = setTimeout(() => this.fall(), KEEP_ALIVE_MS)
    signal.addEventListener('abort', this.onAbort)
  }

  or<T>(next: Promise<T>): Promise<T | 'silence'> {
    this.timer.refresh()
    return new Promise((resolve, reject) => {
      this.fall = () => resolve('silence')
      if (this.signal.aborted) this.fall()
      next.then(resolve, reject)
    })
  }

  end(): void {
    clearTimeout(this.timer)
    this.signal.removeEventListener('abort', this.onAbort)
  }
}

// JSON has no line breaks of its own, so one data line holds it all.
function frame({ type, id, data }: ServerEvent): string {
  return `event: ${type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}
