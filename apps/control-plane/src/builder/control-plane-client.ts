import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type BuildOrder,
  BuildOrderSchema,
  type BuildOutput,
  BuildOutputResponseSchema,
  type BuildResult,
} from '@flotilla/contracts'
import { anySignal } from 'any-signal'
import { BuildAborted } from './build-failure.js'

const TIMEOUT_MS = 30_000
// A server or database that is upgraded: what was built till then is worth the wait. Not where the builder is to stop.
const PATIENCE_MS = 300_000
const PATIENCE_AT_STOP_MS = 5_000
const FIRST_PAUSE_MS = 250
// Once the server is back, the build has to say that it is alive before its lease is looked at.
const LONGEST_PAUSE_MS = 2_000

/**
 * The builder's view of the control plane: one build, opened by the token of its job. Requests are repeated while the
 * control plane restarts or the network is away; an answer that the build is not ours any more is BuildAborted.
 */
export class ControlPlaneClient {
  private readonly base: string
  // A queue may hand the same job out twice; the control plane knows by this who had it first.
  private readonly runner = randomUUID()

  constructor(
    controlPlaneUrl: string,
    buildId: string,
    private readonly token: string,
    private readonly stopping?: AbortSignal,
  ) {
    this.base = `${controlPlaneUrl}/build/v1/builds/${buildId}`
  }

  async order(signal: AbortSignal): Promise<BuildOrder> {
    const response = await this.send('', { signal })
    return BuildOrderSchema.parse(await response.json())
  }

  /** Writes the source archive (tar.gz) to a file. */
  async downloadSource(file: string, signal: AbortSignal): Promise<void> {
    const response = await this.send('/source', { signal, timeoutMs: 600_000 })
    if (!response.body) throw new Error('The control plane answered without a source archive')
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file), { signal })
  }

  /** Appends output and renews the lease; tells whether somebody cancelled the build. */
  async appendOutput(output: BuildOutput): Promise<{ cancelled: boolean }> {
    const response = await this.send('/output', { body: output })
    return BuildOutputResponseSchema.parse(await response.json())
  }

  async finish(result: BuildResult): Promise<void> {
    await this.send('/result', { body: result })
  }

  private async send(path: string, request: Request): Promise<Response> {
    const began = performance.now()
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await this.sendOnce(path, request)
      } catch (error) {
        const patienceMs = this.stopping?.aborted ? PATIENCE_AT_STOP_MS : PATIENCE_MS
        if (error instanceof BuildAborted || performance.now() - began > patienceMs) throw error
        request.signal?.throwIfAborted()
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }

  private async sendOnce(path: string, { body, signal, timeoutMs = TIMEOUT_MS }: Request): Promise<Response> {
    const response = await fetch(this.base + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Authorization: `Bearer ${this.token}`,
        'Flotilla-Runner': this.runner,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: anySignal([signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (response.ok) return response
    const answer = await response.text()
    // Not ours any more: cancelled, over, or taken up by another builder after a lost lease.
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      throw new BuildAborted(
        `The control plane refused ${path || 'the order'}: ${response.status} ${answer.slice(0, 500)}`,
      )
    }
    throw new Error(`The control plane answered ${response.status} to ${path || 'the order'}`)
  }
}

interface Request {
  body?: unknown
  signal?: AbortSignal
  timeoutMs?: number
}
