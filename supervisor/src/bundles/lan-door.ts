import { shortError } from '../errors.js'
import { BASE_PATH } from '../local-api/surroundings.js'
import type { LocalListener } from '../local-api/listeners.js'
import {
  LocalProblem,
  problemAnswer,
  type Asked,
  type LocalAnswer,
  type LocalRequest,
} from '../local-api/local-request.js'
import { findRoute, type Route } from '../local-api/route.js'
import { RateLimit } from '../loops/rate-limit.js'
import type { Clock, Logger } from '../ports.js'

// Pieces of an upload over a good link, and a page that looks every other second.
const BURST = 60
const INTERVAL_MS = 50
const RETRY_MS = 15_000

// Everybody in the network is somebody.
const NOBODY: Asked['caller'] = { appId: '', service: '', scope: 'app' }

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export interface LanDoorOptions {
  /** Opens it on all addresses; rejects where the port cannot be had now. */
  open: (handle: (request: LocalRequest) => Promise<LocalAnswer>) => Promise<LocalListener>
  page: string
}

/** The board's door to its local network, for bundles alone: a page for people, and the routes that it uses. */
export class LanDoor {
  private readonly routes: Route[]
  private readonly rate: RateLimit

  constructor(
    routes: readonly Route[],
    private readonly options: LanDoorOptions,
    private readonly core: { clock: Clock; log: Logger },
  ) {
    const page: LocalAnswer = { status: 200, headers: PAGE_HEADERS, body: options.page }
    this.routes = [
      { method: 'GET', path: '/', handle: () => page },
      ...routes.map((route) => ({ ...route, path: `${BASE_PATH}${route.path}` })),
    ]
    this.rate = new RateLimit(core.clock, BURST, INTERVAL_MS)
  }

  async run(end: AbortSignal): Promise<void> {
    const listener = await this.listener(end)
    if (!listener) return
    this.core.log.info('bundles are taken from the local network', { port: listener.port })
    await new Promise((resolve) => (end.aborted ? resolve(end) : end.addEventListener('abort', resolve)))
    await listener.close()
  }

  /** Undefined: the end came first. */
  private async listener(end: AbortSignal): Promise<LocalListener | undefined> {
    const { clock, log } = this.core
    let isTold = false
    while (!end.aborted) {
      try {
        return await this.options.open((request) => this.answer(request))
      } catch (error) {
        // Once: a port that is taken stays so for long.
        if (!isTold) log.warn('door for bundles not open', { error })
        isTold = true
        await clock.sleep(RETRY_MS, end)
      }
    }
    return undefined
  }

  private async answer(request: LocalRequest): Promise<LocalAnswer> {
    try {
      return await this.dispatch(request)
    } catch (error) {
      if (error instanceof LocalProblem) return problemAnswer(error)
      this.core.log.error('door for bundles failed', { method: request.method, path: request.path, error })
      return problemAnswer(new LocalProblem(500, 'internal', shortError(error)))
    }
  }

  private async dispatch(request: LocalRequest): Promise<LocalAnswer> {
    const retryAfterMs = this.rate.delay()
    if (retryAfterMs > 0) throw new LocalProblem(429, 'too-many-requests', 'Ask less often.', { retryAfterMs })
    this.rate.take()
    const found = findRoute(this.routes, request)
    if (found === 'other-method') throw new LocalProblem(405, 'wrong-method', `Not with ${request.method}.`)
    if (!found) throw new LocalProblem(404, 'not-found', 'Here is nothing but a way in for bundles: /')
    return found.route.handle({ ...request, caller: NOBODY, params: found.params })
  }
}
