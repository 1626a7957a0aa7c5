/*
 * The device contract over HTTP. It decides nothing but how to send: when, how often and what for is the loops'.
 */
import {
  DEVICE_ROUTES,
  ImageSourcesResponseSchema,
  LogBatchResponseSchema,
  NEXT_POLL_HEADER,
  RegisterResponseSchema,
  RegistryTokenResponseSchema,
  ReportResponseSchema,
  SignedTargetSchema,
  type DeviceCommandResult,
  type ImageSourcesRequest,
  type ImageSourcesResponse,
  type LogBatch,
  type LogBatchResponse,
  type RegisterRequest,
  type RegisterResponse,
  type RegistryTokenResponse,
  type ReportRequest,
  type ReportResponse,
} from '@flotilla/contracts'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { CloudError } from '../../errors.js'
import type { Identity } from '../../identity.js'
import type { Clock, Cloud, FilePiece, LinkListener, LinkSocket, TargetAnswer, WaitingCommand } from '../../ports.js'
import { accessToken } from './access-token.js'
import { downloadFile } from './download.js'
import { readCommands } from './commands-answer.js'
import { exchange, parseBody, type HttpAnswer, type HttpRequest } from './http.js'
import { HttpSnapshots } from './http-snapshots.js'
import { connectLink } from './link-socket.js'
import type { ShortLivedToken } from './short-lived-token.js'

// Targets and log batches are the long ones: minutes over a 2G link.
const LONG_TIMEOUT_MS = 180_000

// Below that, one packet carries it either way.
const PACKED_FROM = 1000

export interface HttpCloudOptions {
  serverUrl: string
  identity: Identity
  clock: Clock
  // Ends whatever is under way when the supervisor stops.
  signal?: AbortSignal
  onServerTime?: HttpRequest['onServerTime']
}

export class HttpCloud implements Cloud {
  private readonly token: ShortLivedToken
  readonly snapshots = new HttpSnapshots((request) => this.authorized(request))

  constructor(private readonly options: HttpCloudOptions) {
    const post = (path: string, body: object) => this.exchange({ method: 'POST', path, body: JSON.stringify(body) })
    this.token = accessToken(post, options.identity, options.clock)
  }

  async greet(): Promise<void> {
    await this.token.renew()
  }

  async register(request: RegisterRequest): Promise<RegisterResponse> {
    const answer = await this.exchange({ method: 'POST', path: DEVICE_ROUTES.register, body: JSON.stringify(request) })
    // 202: known, and waiting in the accept queue.
    if (answer.status === 202) throw new CloudError('The board waits to be accepted', { status: 202 })
    return parseBody(answer, RegisterResponseSchema)
  }

  async fetchTarget(etag: string | undefined): Promise<TargetAnswer> {
    const answer = await this.authorized({
      method: 'GET',
      path: DEVICE_ROUTES.target,
      headers: etag === undefined ? {} : { 'if-none-match': etag },
      timeoutMs: LONG_TIMEOUT_MS,
    })
    const nextPollMs = secondsToMs(answer.headers[NEXT_POLL_HEADER])
    if (answer.status === 304) return { nextPollMs }
    const signed = parseBody(answer, SignedTargetSchema)
    return { nextPollMs, changed: { signed, etag: answer.headers.etag } }
  }

  async sendReport(report: ReportRequest): Promise<ReportResponse> {
    const text = JSON.stringify(report)
    const content = text.length < PACKED_FROM ? { body: text } : await packed(text)
    const answer = await this.authorized({ method: 'PATCH', path: DEVICE_ROUTES.report, ...content })
    return parseBody(answer, ReportResponseSchema)
  }

  async sendLogs(batch: LogBatch): Promise<LogBatchResponse> {
    const answer = await this.authorized({
      method: 'POST',
      path: DEVICE_ROUTES.logs,
      ...(await packed(JSON.stringify(batch))),
      timeoutMs: LONG_TIMEOUT_MS,
    })
    return parseBody(answer, LogBatchResponseSchema)
  }

  async registryToken(): Promise<RegistryTokenResponse> {
    const answer = await this.authorized({ method: 'POST', path: DEVICE_ROUTES.registryToken })
    return parseBody(answer, RegistryTokenResponseSchema)
  }

  async imageSources(request: ImageSourcesRequest): Promise<ImageSourcesResponse> {
    const body = JSON.stringify(request)
    const answer = await this.authorized({ method: 'POST', path: DEVICE_ROUTES.imageSources, body })
    return parseBody(answer, ImageSourcesResponseSchema)
  }

  async fetchCommands(): Promise<WaitingCommand[]> {
    const answer = await this.authorized({ method: 'GET', path: DEVICE_ROUTES.commands })
    return readCommands(answer, this.options.clock.now())
  }

  async sendCommandResult(result: DeviceCommandResult): Promise<void> {
    await this.authorized({ method: 'POST', path: DEVICE_ROUTES.commandResults, body: JSON.stringify(result) })
  }

  download(path: string, from: number, signal: AbortSignal): AsyncIterable<FilePiece> {
    return downloadFile(this.options.serverUrl, { path, from, signal })
  }

  openLink(listener: LinkListener, signal: AbortSignal): Promise<LinkSocket> {
    return this.withToken((token) => connectLink({ serverUrl: this.options.serverUrl, token, listener, signal }))
  }

  private authorized(request: HttpRequest): Promise<HttpAnswer> {
    return this.withToken((token) => this.exchange({ ...request, token }))
  }

  /** A token that the server no longer takes is replaced once. */
  private async withToken<T>(use: (token: string) => Promise<T>): Promise<T> {
    const token = await this.token.get()
    try {
      return await use(token)
    } catch (error) {
      if (!(error instanceof CloudError) || error.facts.status !== 401) throw error
      this.token.reject(token)
      return use(await this.token.get())
    }
  }

  private exchange(request: HttpRequest): Promise<HttpAnswer> {
    const { serverUrl, signal, onServerTime } = this.options
    return exchange(serverUrl, { ...request, signal, onServerTime })
  }
}

async function packed(text: string): Promise<Pick<HttpRequest, 'headers' | 'body'>> {
  return { headers: { 'content-encoding': 'gzip' }, body: await promisify(gzip)(text) }
}

function secondsToMs(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header ?? NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}
