import { createParser } from 'eventsource-parser'
import { createFinalURL, createQuerySerializer, defaultPathSerializer } from 'openapi-fetch'
import type { ApiConnection } from './client.js'
import type { paths } from './generated/schema.js'
import { ApiProblem } from './problem.js'

type EventContent<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'text/event-stream': infer Data } } } }
}
  ? Data
  : never

/** The routes that answer with server-sent events. */
export type EventPath = { [Path in keyof paths]: EventContent<Path> extends never ? never : Path }[keyof paths]

export interface EventOf<Path extends EventPath> {
  event: string
  // Absent for events that nothing can be resumed from.
  id?: string
  data: EventContent<Path>
}

export interface FollowOptions {
  params?: { path?: Record<string, string>; query?: Record<string, string | number | undefined> }
  signal?: AbortSignal
  /**
   * Runs each time the stream is open, first or again: what changed in between may never be told as an event. Events
   * wait for it; what it throws ends the connection as if it had broken.
   */
  onOpen?: (connection: { isReconnect: boolean }) => void | Promise<void>
}

// The server says something at least every 15 s; a link that is silent for longer is dead without knowing it.
const SILENCE_MS = 45_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/**
 * Follows server-sent events until the caller leaves the loop or `signal` aborts. A connection that breaks or ends is
 * made anew, from the last event on. Throws an ApiProblem where the server refuses, and the error of fetch where the
 * very first connection cannot be made.
 *
 *     for await (const { event, data } of followEvents(connection, '/api/v1/builds/{id}/output/stream', { params })) …
 */
export async function* followEvents<Path extends EventPath>(
  connection: ApiConnection,
  path: Path,
  options: FollowOptions = {},
): AsyncGenerator<EventOf<Path>> {
  const url = eventUrl(connection.baseUrl, path, options)
  const { signal } = options
  let lastId: string | undefined
  for (let opened = 0, failures = 0; !signal?.aborted;) {
    const attempt = new Attempt(signal)
    try {
      const response = await attempt.open(connection, url, lastId)
      opened++
      await options.onOpen?.({ isReconnect: opened > 1 })
      for await (const message of attempt.messages(response)) {
        failures = 0
        lastId = message.id ?? lastId
        yield { ...message, data: JSON.parse(message.data) as EventContent<Path> }
      }
    } catch (error) {
      if (!signal?.aborted && (opened === 0 || isRefusal(error))) throw error
    } finally {
      attempt.end()
    }
    await wait(backOff(failures++), signal)
  }
}

interface Message {
  event: string
  id?: string
  data: string
}

/** One connection, which ends with the caller's signal and after too long a silence. */
class Attempt {
  private readonly controller = new AbortController()
  private readonly stop = () => this.controller.abort()
  private silence: ReturnType<typeof setTimeout> | undefined
  // Held: as soon as the garbage collector takes a Request, its signal ends nothing any more.
  private request: Request | undefined

  constructor(private readonly signal: AbortSignal | undefined) {
    signal?.addEventListener('abort', this.stop)
    this.heard()
  }

  async open({ token, fetch = globalThis.fetch }: ApiConnection, url: string, lastId?: string): Promise<Response> {
    const headers = new Headers({ Accept: 'text/event-stream' })
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
    if (lastId !== undefined) headers.set('Last-Event-ID', lastId)
    const init = { headers, signal: this.controller.signal, credentials: 'same-origin' as const }
    this.request = new Request(url, init)
    const response = await fetch(this.request)
    if (response.ok) return response
    throw ApiProblem.from(response, await response.json().catch(() => undefined))
  }

  async *messages(response: Response): AsyncGenerator<Message> {
    const reader = response.body?.getReader()
    if (!reader) return
    const decoder = new TextDecoder()
    const arrived: Message[] = []
    const parser = createParser({
      // An empty id means none: there is nothing to resume from.
      onEvent: ({ event = 'message', id, data }) => arrived.push({ event, data, ...(id && { id }) }),
    })
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      this.heard()
      parser.feed(decoder.decode(chunk.value, { stream: true }))
      yield* arrived.splice(0)
    }
  }

  end(): void {
    clearTimeout(this.silence)
    this.signal?.removeEventListener('abort', this.stop)
    this.stop()
  }

  private heard(): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(this.stop, SILENCE_MS)
  }
}

/** Whether trying again is of no use: the server understood, and said no. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.status < 500 && error.status !== 408 && error.status !== 429
}

function backOff(failures: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
  return longest / 2 + Math.random() * (longest / 2)
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}

function eventUrl(baseUrl: string, path: string, { params = {} }: FollowOptions): string {
  // Request takes whole addresses only outside of browsers; in a page, '' is the page's own server.
  return createFinalURL(path, {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    params,
    querySerializer: createQuerySerializer(),
    pathSerializer: defaultPathSerializer,
  })
}
