import { shortError } from '../errors.js'
import { RateLimit } from '../loops/rate-limit.js'
import type { Core } from '../part.js'
import type { Access, AccessTokens } from './access.js'
import { LocalProblem, problemAnswer, type LocalAnswer, type LocalRequest } from './local-request.js'
import { findRoute, type Route } from './route.js'

// Enough for a page that shows everything at once; a program in a loop must not cost the board its time.
const BURST = 60
const INTERVAL_MS = 100
const STRANGERS_BURST = 20
const STRANGERS_INTERVAL_MS = 500

const NOBODY: Access = { appId: '', service: '', scope: 'app' }

/** Finds who asks, whether they may, and who answers. It knows no network. */
export class LocalApi {
  private readonly rates = new Map<string, RateLimit>()
  private readonly strangers: RateLimit

  constructor(
    private readonly routes: readonly Route[],
    private readonly tokens: AccessTokens,
    private readonly core: Pick<Core, 'clock' | 'log' | 'board' | 'targets'>,
  ) {
    this.strangers = new RateLimit(core.clock, STRANGERS_BURST, STRANGERS_INTERVAL_MS)
  }

  /** Never rejects. */
  async answer(request: LocalRequest): Promise<LocalAnswer> {
    try {
      return await this.dispatch(request)
    } catch (error) {
      if (error instanceof LocalProblem) return problemAnswer(error)
      this.core.log.error('local API failed', { method: request.method, path: request.path, error })
      return problemAnswer(new LocalProblem(500, 'internal', shortError(error)))
    }
  }

  private async dispatch(request: LocalRequest): Promise<LocalAnswer> {
    const caller = request.token === undefined ? undefined : this.known(this.tokens.read(request.token))
    const found = findRoute(this.routes, request)
    const isOpen = found !== undefined && found !== 'other-method' && found.route.access === 'open'
    // Health checks have no token, and strangers share one limit: a container that knocks in a loop would fail them all.
    if (caller || !isOpen) this.limit(caller)
    if (found === 'other-method') throw new LocalProblem(405, 'wrong-method', `Not with ${request.method}.`)
    if (!isOpen && !caller) {
      throw new LocalProblem(401, 'unauthorized', 'Send the token of the environment: Authorization: Bearer <token>.')
    }
    if (!found) throw new LocalProblem(404, 'not-found', 'There is no such route; see docs/local-api.md.')
    if (found.route.access === 'device' && caller?.scope !== 'device') {
      const cure = 'give the service the label io.flotilla.features.local-api: device'
      throw new LocalProblem(403, 'not-allowed', `This concerns the whole board: ${cure}.`)
    }
    return found.route.handle({ ...request, caller: caller ?? NOBODY, params: found.params })
  }

  /** A token outlives its service; that of an app which has left the device opens nothing. */
  private known(access: Access | undefined): Access | undefined {
    const { status } = this.core.board
    const apps = this.core.targets.target?.apps ?? []
    const isThere =
      apps.some(({ id }) => id === access?.appId) ||
      status?.current.containers.some(({ appId }) => appId === access?.appId) === true
    return isThere ? access : undefined
  }

  private limit(caller: Access | undefined): void {
    const rate = caller ? this.rateOf(`${caller.appId} ${caller.service}`) : this.strangers
    const delayMs = rate.delay()
    if (delayMs > 0) throw new LocalProblem(429, 'too-many-requests', 'Ask less often.', { retryAfterMs: delayMs })
    rate.take()
  }

  private rateOf(key: string): RateLimit {
    const rate = this.rates.get(key) ?? new RateLimit(this.core.clock, BURST, INTERVAL_MS)
    this.rates.set(key, rate)
    return rate
  }
}
