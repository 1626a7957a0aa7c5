/*
 * One GET of a registry, with its token, its redirects and its ways to say no told as SourceErrors. It does without
 * fetch(), which costs a board 8 MB of memory.
 */
import { once } from 'node:events'
import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, request as requestHttps } from 'node:https'
import type { ShortLivedToken } from '../cloud/short-lived-token.js'
import { SourceError } from '../../images/blobs/source-error.js'
import { retryAfterMs } from '../cloud/http.js'
import type { HostAccess, RegistryHosts } from './registry-hosts.js'

export interface RegistryRequest {
  // host[:port]/repository
  repository: string
  // Below the repository's own path.
  path: string
  headers: Record<string, string>
  signal: AbortSignal
}

const MOST_REDIRECTS = 5
const REDIRECTS = [301, 302, 303, 307, 308]
// host[:port]/name, as the specification of the registries' API has it.
const REPOSITORY = /^([A-Za-z0-9[][A-Za-z0-9.:\]-]*)\/([a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*)$/
// What may be other the next time, however it looks: not found by who is just being moved, refused by who is too busy.
const PASSING = [408, 421, 425, 429]

export class RegistryHttp {
  // Ranges follow each other closely; between images the radio sleeps.
  private readonly plainAgent = new Agent({ keepAlive: true, timeout: 5_000 })
  private readonly tlsAgent = new TlsAgent({ keepAlive: true, timeout: 5_000 })
  // Hosts that may do without TLS, and do.
  private readonly plainHosts = new Set<string>()

  constructor(
    private readonly token: ShortLivedToken,
    private readonly hosts: RegistryHosts,
  ) {}

  /** The answer, 200 or 206, its body unread. */
  async get(request: RegistryRequest): Promise<IncomingMessage> {
    const token = await this.token.get()
    const first = await this.attempt(request, token)
    if (first.statusCode !== 401) return takeGood(first)
    first.destroy()
    this.token.reject(token)
    return takeGood(await this.attempt(request, await this.token.get()))
  }

  close(): void {
    this.plainAgent.destroy()
    this.tlsAgent.destroy()
  }

  private async attempt(request: RegistryRequest, token: string): Promise<IncomingMessage> {
    const { host, name } = splitRepository(request.repository)
    const access = await this.hosts.access(host)
    const url = (scheme: string) => new URL(`${scheme}://${host}/v2/${name}/${request.path}`)
    if (!access.isInsecure) return this.follow(url('https'), request, token)
    if (this.plainHosts.has(host)) return this.follow(url('http'), request, token)
    try {
      return await this.follow(url('https'), request, token)
    } catch (error) {
      if (error instanceof SourceError || request.signal.aborted) throw error
      const answer = await this.follow(url('http'), request, token)
      this.plainHosts.add(host)
      return answer
    }
  }

  private async follow(start: URL, request: RegistryRequest, token: string): Promise<IncomingMessage> {
    let url = start
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      // Where the bytes are kept is somebody else's, to whom the token must not go.
      const isOther = url.origin !== start.origin
      const headers = { ...request.headers, ...(!isOther && { authorization: `Bearer ${token}` }) }
      const answer = await this.send(url, headers, request.signal)
      if (!REDIRECTS.includes(answer.statusCode ?? 0)) return answer
      answer.destroy()
      url = redirected(url, answer.headers.location)
    }
    throw new SourceError('The registry sends from one place to the next', { isFinal: true })
  }

  /** A kept connection may have been closed by the other side just now: that alone says nothing. */
  private async send(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
    const access = await this.hosts.access(url.host)
    const first = this.open(url, { headers, signal }, access)
    try {
      return await answerOf(first)
    } catch (error) {
      if (!first.reusedSocket || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
      return answerOf(this.open(url, { headers, signal }, access))
    }
  }

  private open(
    url: URL,
    options: { headers: Record<string, string>; signal: AbortSignal },
    { isInsecure, authorities }: HostAccess,
  ): ClientRequest {
    const { plainAgent, tlsAgent } = this
    const trust = { rejectUnauthorized: !isInsecure, ...(authorities && { ca: authorities }) }
    const outgoing =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, ...trust, agent: tlsAgent })
        : requestHttp(url, { ...options, agent: plainAgent })
    // What breaks off after the answer's head shows in its body; without a listener it would end the process.
    outgoing.on('error', () => undefined)
    return outgoing.end()
  }
}

async function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}

function redirected(from: URL, location: string | undefined): URL {
  const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  const isSafe = to?.protocol === 'https:' || (to?.protocol === 'http:' && from.protocol === 'http:')
  if (to && isSafe) return to
  throw new SourceError(`The registry sends to ${to?.origin ?? 'nowhere'}`, { isFinal: true })
}

function takeGood(answer: IncomingMessage): IncomingMessage {
  const { statusCode: status = 0, headers } = answer
  if (status === 200 || status === 206) return answer
  answer.destroy()
  const isFinal = status >= 400 && status < 500 && !PASSING.includes(status)
  throw new SourceError(`The registry answered ${status}`, {
    isFinal,
    retryAfterMs: retryAfterMs(headers['retry-after']),
  })
}

function splitRepository(repository: string): { host: string; name: string } {
  const [, host, name] = REPOSITORY.exec(repository) ?? []
  if (host !== undefined && name !== undefined) return { host, name }
  throw new SourceError(`Not the name of a repository: ${repository.slice(0, 100)}`, { isFinal: true })
}
