import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { SourceError } from '../../images/blobs/source-error.js'
import type { Blob, ByteRange } from '../../images/ports.js'
import { digestOf, makeBlob } from '../../testing/blob-origin.js'
import { systemClock } from '../host/clock.js'
import { openRegistry, type Registry } from './open-registry.js'

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void

describe('answers of a registry', () => {
  let server: Server
  let registry: Registry
  let handler: Handler
  let tokens: string[]
  let insecureHosts: string[]
  beforeEach(async () => {
    ;[tokens, insecureHosts] = [['first', 'second', 'third'], []]
    server = await listen((incoming, outgoing) => handler(incoming, outgoing))
    registry = open()
  })
  function open(clock = systemClock): Registry {
    return openRegistry({
      cloud: { registryToken: () => Promise.resolve({ token: tokens.shift() ?? 'last', expiresInSeconds: 300 }) },
      engine: { registryRules: () => Promise.resolve({ insecureHosts, insecureNetworks: [] }) },
      clock,
      certificates: '/nowhere',
    })
  }
  afterEach(async () => {
    registry.close()
    await close(server)
  })

  const { signal } = new AbortController()
  const made = makeBlob(100_000)
  const content = made.content
  const RANGE = { first: 1_000, last: 50_999 }
  const here = (): Blob => ({ ...made.blob, repository: `${addressOf(server)}/fleet/app` })

  async function read(range: ByteRange = RANGE, blob = here()): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    for await (const piece of registry.source.read(blob, range, signal)) pieces.push(piece)
    return Buffer.concat(pieces)
  }
  async function refusal(range = RANGE): Promise<SourceError['facts']> {
    const error = await read(range).then(() => undefined, (reason: unknown) => reason) // prettier-ignore
    // Whatever breaks below is told as one by who reads.
    return error instanceof SourceError ? error.facts : { retryAfterMs: error instanceof Error ? -1 : NaN }
  }
  const good: Handler = ({ headers }, outgoing) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
    const bytes = content.subarray(Number(first), Number(last) + 1)
    const contentRange = `bytes ${first}-${last}/${content.length}`
    outgoing.writeHead(206, { 'content-range': contentRange, 'content-length': bytes.length }).end(bytes)
  }
  const partial = (headers: Record<string, string | number>, bytes = content.subarray(1_000, 51_000)): Handler => {
    return (_, outgoing) => outgoing.writeHead(206, headers).end(bytes)
  }

  it('gives exactly what was asked for', async () => {
    handler = good
    expect(digestOf(await read())).toBe(digestOf(content.subarray(1_000, 51_000)))
  })

  it('does not take other ranges, lengths or encodings than it asked for', async () => {
    const range = 'bytes 1000-50999/100000'
    const answers = [
      partial({ 'content-range': 'bytes 0-49999/100000' }),
      partial({ 'content-range': 'bytes 1000-50998/100000' }),
      partial({ 'content-range': 'bytes 1000-50999/100001' }),
      partial({ 'content-range': 'chickens' }),
      partial({}),
      partial({ 'content-range': range, 'content-length': 50_001 }, content.subarray(0, 50_001)),
      partial({ 'content-range': range, 'content-encoding': 'gzip' }),
      partial({ 'content-type': 'multipart/byteranges; boundary=x' }),
    ]
    for (const answer of answers) {
      handler = answer
      expect((await refusal()).isFinal).toBeUndefined()
    }
  })

  it('keeps what came of an answer that breaks off', async () => {
    handler = (_, outgoing) => {
      outgoing.writeHead(206, { 'content-range': 'bytes 1000-50999/100000', 'content-length': 50_000 })
      outgoing.write(content.subarray(1_000, 31_000), () => outgoing.socket?.destroySoon())
    }
    let bytes = 0
    const reading = async () => {
      for await (const piece of registry.source.read(here(), RANGE, signal)) bytes += piece.length
    }
    await expect(reading()).rejects.toThrow('aborted')
    expect(bytes).toBe(30_000)
  })

  it('reads through what gives no ranges, but only to the end, and only where the length is right', async () => {
    handler = (_, outgoing) => outgoing.writeHead(200, { 'content-length': content.length }).end(content)
    expect(await refusal()).toMatchObject({ isSequential: true })
    expect(digestOf(await read({ first: 1_000, last: 99_999 }))).toBe(digestOf(content.subarray(1_000)))
    handler = (_, outgoing) => outgoing.writeHead(200).end('<html>Please log in')
    expect(await read({ first: 50, last: 99_999 })).toHaveLength(0)
    handler = (_, outgoing) => outgoing.writeHead(200, { 'content-length': 5 }).end('hello')
    expect(await refusal({ first: 0, last: 99_999 })).toEqual({})
  })

  it('tells what is final, and how long to wait', async () => {
    const of = async (status: number, headers = {}) => {
      handler = (_, outgoing) => outgoing.writeHead(status, headers).end()
      const { isFinal, retryAfterMs } = await refusal()
      return [isFinal, retryAfterMs]
    }
    for (const status of [400, 401, 403, 404, 416]) expect(await of(status)).toEqual([true, undefined])
    for (const status of [204, 304, 408, 429, 500, 502, 503]) expect(await of(status)).toEqual([false, undefined])
    expect(await of(429, { 'retry-after': '7' })).toEqual([false, 7_000])
    expect(await of(503, { 'retry-after': 'tomorrow' })).toEqual([false, undefined])
  })

  it('takes another token once when one is refused', async () => {
    handler = (incoming, outgoing) => {
      if (incoming.headers.authorization === 'Bearer second') good(incoming, outgoing)
      else outgoing.writeHead(401).end()
    }
    expect(await read()).toHaveLength(50_000)
    expect(await read()).toHaveLength(50_000)
    expect(tokens).toEqual(['third'])
  })

  it('follows to other hosts without its token', async () => {
    const seen: (string | undefined)[] = []
    const storage = await listen((incoming, outgoing) => {
      seen.push(incoming.headers.authorization)
      good(incoming, outgoing)
    })
    handler = (incoming, outgoing) => {
      seen.push(incoming.headers.authorization)
      outgoing.writeHead(307, { location: `http://${addressOf(storage)}/bucket?signature=x` }).end()
    }
    expect(await read()).toHaveLength(50_000)
    expect(seen).toEqual(['Bearer first', undefined])
    await close(storage)
  })

  it('does not follow in circles, nor to places that are none', async () => {
    for (const location of ['/v2/again', 'ftp://elsewhere/x', 'http://[', undefined]) {
      handler = (_, outgoing) => outgoing.writeHead(302, { ...(location !== undefined && { location }) }).end()
      expect(await refusal()).toMatchObject({ isFinal: true })
    }
  })

  it('asks nobody for what is no name of a repository', async () => {
    for (const repository of ['app', '../..', 'host/../x y', 'host/App', '']) {
      await expect(read(RANGE, { ...here(), repository })).rejects.toBeInstanceOf(SourceError)
    }
  })

  it('does without TLS only where the engine would', async () => {
    handler = good
    // An address of this machine that is not loopback to anybody.
    const address = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => {
        return !internal && family === 'IPv4'
      })?.address
    const outside = await listen((incoming, outgoing) => handler(incoming, outgoing), '0.0.0.0')
    const host = `${address}:${addressOf(outside).split(':')[1]}`
    const blob = { ...here(), repository: `${host}/fleet/app` }
    await expect(read(RANGE, blob)).rejects.toThrow()
    insecureHosts = [host]
    registry.close()
    registry = open()
    expect(await read(RANGE, blob)).toHaveLength(50_000)
    await close(outside)
  })

  it('believes no manifest that is not what its digest says, nor one without end', async () => {
    const manifest = Buffer.from('{"schemaVersion":2}')
    const want = () =>
      registry.source.readManifest({ repository: here().repository, digest: digestOf(manifest) }, signal)
    handler = (_, outgoing) => outgoing.writeHead(200, { 'content-type': 'application/x' }).end(manifest)
    expect(await want()).toEqual({ mediaType: 'application/x', bytes: manifest })
    handler = (_, outgoing) => outgoing.end('{}')
    await expect(want()).rejects.toThrow('The manifest that came')
    handler = (_, outgoing) => outgoing.end(Buffer.alloc(5 * 1024 * 1024))
    await expect(want()).rejects.toThrow('far too long')
  })

  it('waits for no manifest that does not come, whether before its head or in its middle', async () => {
    const silences: Handler[] = [
      () => undefined,
      (_, outgoing) => void outgoing.writeHead(200, { 'content-length': 100 }).write('{'),
    ]
    registry.close()
    // A second is over in a hundredth of it.
    registry = open({ ...systemClock, sleep: (ms, end) => systemClock.sleep(ms / 100, end) })
    for (handler of silences) {
      const { repository, digest } = { ...here(), digest: digestOf(Buffer.from('{}')) }
      await expect(registry.source.readManifest({ repository, digest }, signal)).rejects.toThrow('Nothing came for')
    }
  })
})

async function listen(handler: Handler, address = '127.0.0.1'): Promise<Server> {
  const server = createServer(handler)
  server.listen(0, address)
  await once(server, 'listening')
  return server
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

function addressOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
