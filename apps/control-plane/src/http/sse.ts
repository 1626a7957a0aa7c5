import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { Injectable, type MessageEvent, type OnModuleDestroy } from '@nestjs/common'
import type { Request } from 'express'
import { Observable, type Subscriber } from 'rxjs'

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

/** Makes events until `signal` says that nobody listens any more. */
export type EventSource = (signal: AbortSignal) => AsyncIterable<ServerEvent>

/**
 * Server-sent events for `@Sse()` routes: comments keep the connection alive, a client that reads slowly is waited for
 * before the next event is made, and every stream ends when its client leaves or the process stops.
 *
 *     return this.streams.open(request, (signal) => this.lines(build, resumeAfter(request, query.after), signal))
 */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  private readonly running = new Map<AbortController, Request>()

  open(request: Request, events: EventSource): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      const controller = new AbortController()
      this.running.set(controller, request)
      controller.signal.addEventListener('abort', () => subscriber.complete())
      const keepAlive = setInterval(() => subscriber.next({ comment: 'ping' }), KEEP_ALIVE_MS)
      const longest = setTimeout(() => controller.abort(), LONGEST_MS)
      void pump(subscriber, request, events(controller.signal), controller.signal)
      return () => {
        clearInterval(keepAlive)
        clearTimeout(longest)
        this.running.delete(controller)
        controller.abort()
      }
    })
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

async function pump(
  subscriber: Subscriber<MessageEvent>,
  request: Request,
  events: AsyncIterable<ServerEvent>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const event of events) {
      // Without an id of its own the framework would count one up, and clients would resume from that.
      subscriber.next({ ...event, id: event.id ?? '' })
      // The event is on its way to the socket only after a turn; then it shows whether the client keeps up.
      await turn()
      if (request.res?.writableNeedDrain) await once(request.res, 'drain', { signal })
      if (signal.aborted) break
    }
    subscriber.complete()
  } catch (error) {
    if (signal.aborted) subscriber.complete()
    else subscriber.error(error)
  }
}
