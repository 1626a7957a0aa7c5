/*
 * A file of the control plane's, piece by piece, from where a former download was cut. It knows nothing of what the file
 * is for, and checks nothing but that it arrives.
 */
import { once } from 'node:events'
import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { CloudError } from '../../errors.js'
import type { FilePiece } from '../../ports.js'
import { retryAfterMs } from './http.js'

// A slow link is no reason to give up; a silent one is.
const SILENCE_MS = 60_000

export interface Download {
  path: string
  from: number
  signal: AbortSignal
}

export async function* downloadFile(serverUrl: string, { path, from, signal }: Download): AsyncGenerator<FilePiece> {
  const silence = new Silence(signal)
  try {
    const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {}
    const response = await openDownload(new URL(`${serverUrl}${path}`), headers, silence.signal)
    const { statusCode } = response
    if (statusCode !== 200 && statusCode !== 206) throw refusal(path, response)
    let offset = statusCode === 206 ? from : 0
    for await (const bytes of response as AsyncIterable<Buffer>) {
      silence.broken()
      yield { offset, bytes }
      offset += bytes.length
    }
  } catch (cause) {
    if (cause instanceof CloudError) throw cause
    const reason: unknown = silence.signal.aborted ? silence.signal.reason : cause
    throw new CloudError(`Could not download ${path}`, {}, { cause: reason })
  } finally {
    silence.end()
  }
}

async function openDownload(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  // A connection of its own: it is long, and ends early where the link does.
  const outgoing = request(url, { headers, signal, agent: false })
  // What breaks off after the answer's head shows in its body; without a listener it would end the process.
  outgoing.on('error', () => undefined)
  const answer = once(outgoing, 'response') as Promise<[IncomingMessage]>
  outgoing.end()
  return (await answer)[0]
}

function refusal(path: string, { statusCode, headers }: IncomingMessage): CloudError {
  return new CloudError(`GET ${path} answered ${statusCode}`, {
    status: statusCode,
    retryAfterMs: retryAfterMs(headers['retry-after']),
  })
}

/** Ends an exchange in which nothing arrives any more, or when its parent does. */
class Silence {
  private readonly controller = new AbortController()
  private readonly timer = setTimeout(() => this.stop(new Error(`Nothing came for ${SILENCE_MS / 1000} s`)), SILENCE_MS)
  private readonly follow = () => this.stop(this.parent.reason)

  constructor(private readonly parent: AbortSignal) {
    if (parent.aborted) this.follow()
    parent.addEventListener('abort', this.follow, { once: true })
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  broken(): void {
    this.timer.refresh()
  }

  end(): void {
    clearTimeout(this.timer)
    this.parent.removeEventListener('abort', this.follow)
    // A reader that left early leaves the connection open.
    this.stop(new Error('The download has ended'))
  }

  private stop(reason: unknown): void {
    this.controller.abort(reason)
  }
}
