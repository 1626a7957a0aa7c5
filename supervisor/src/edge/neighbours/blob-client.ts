/*
 * Asks one neighbour for blobs, over TLS with the fleet's key. Whoever does not have it gets no further than the
 * handshake.
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import { z } from 'zod'
import { withAbort } from '../../abort.js'
import type { ByteRange } from '../../images/ports.js'
import type { BlobState, Neighbour } from '../../neighbours/ports.js'
import { parseJson } from '../../parse-json.js'
import { PSK_OPTIONS } from './blob-listener.js'

const ANSWER_MS = 2_500
// On a local network, where others may be served first; one that is silent for so long has gone.
const SILENCE_MS = 20_000
const LONGEST_STATE_BYTES = 1024

const BlobStateSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('whole'), busy: z.boolean().optional() }),
  z.object({ state: z.literal('fetching'), bytes: z.number().nonnegative() }),
  z.object({ state: z.literal('none') }),
])

export class BlobClient {
  private readonly agent: Agent

  constructor(
    mark: string,
    psk: Buffer,
    private readonly answerMs = ANSWER_MS,
  ) {
    this.agent = new Agent({
      ...{ ...PSK_OPTIONS, keepAlive: true, timeout: SILENCE_MS, maxFreeSockets: 4 },
      pskCallback: () => ({ psk, identity: mark }),
      // There are no certificates: the key is the proof.
      checkServerIdentity: () => undefined,
    })
  }

  async ask(neighbour: Neighbour, digest: string, signal: AbortSignal): Promise<BlobState> {
    return withAbort(signal, async (controller) => {
      const timer = setTimeout(() => controller.abort(new Error('No answer')), this.answerMs)
      try {
        const answer = await this.get(neighbour, `/v1/states/${digest}`, { signal: controller.signal })
        if (answer.statusCode !== 200) throw new Error(`The neighbour answered ${answer.statusCode}`)
        return BlobStateSchema.parse(parseJson(await textOf(answer)))
      } finally {
        clearTimeout(timer)
      }
    })
  }

  async *read(
    neighbour: Neighbour,
    { digest, range }: { digest: string; range: ByteRange },
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const headers = { range: `bytes=${range.first}-${range.last}` }
    const answer = await this.get(neighbour, `/v1/blobs/${digest}`, { signal, headers })
    const expected = `bytes ${range.first}-${range.last}/`
    if (answer.statusCode !== 206 || answer.headers['content-range']?.startsWith(expected) !== true) {
      answer.destroy()
      throw new Error(`The neighbour answered ${answer.statusCode}`)
    }
    yield* answer as AsyncIterable<Buffer>
  }

  close(): void {
    this.agent.destroy()
  }

  private async get(
    { address, port }: Neighbour,
    path: string,
    options: { signal: AbortSignal; headers?: Record<string, string> },
  ): Promise<IncomingMessage> {
    const outgoing = requestHttps({ host: address, port, path, agent: this.agent, timeout: SILENCE_MS, ...options })
    outgoing.on('timeout', () => outgoing.destroy(new Error('The neighbour is silent')))
    // What breaks off after the answer's head shows in its body; without a listener it would end the process.
    outgoing.on('error', () => undefined)
    const answer = once(outgoing, 'response') as Promise<[IncomingMessage]>
    outgoing.end()
    return (await answer)[0]
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > LONGEST_STATE_BYTES) throw new Error('The neighbour says too much')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}
