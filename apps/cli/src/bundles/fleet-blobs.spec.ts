import { randomBytes } from 'node:crypto'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { BundleBlob } from '@flotilla/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { connect } from '../api/connect.js'
import type { Io } from '../io.js'
import { fleetBlobs } from './fleet-blobs.js'

const FLEET = '0b9d2c7e-4b1e-4a55-9a55-f5f1c1a0b001'
const CONTENT = randomBytes(200_000)
const BLOB: BundleBlob = { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: CONTENT.length, kind: 'layer' }

type Answer = (response: ServerResponse, first: number) => void

describe('reading a blob of a fleet', () => {
  let server: Server
  let address: string
  let asked: number[]
  let answers: Answer[]
  beforeAll(async () => {
    server = createServer((request, response) => {
      const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1])
      asked.push(first)
      ;(answers.shift() ?? all)(response, first)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    asked = []
    answers = []
  })

  const part = (response: ServerResponse, first: number) =>
    response.writeHead(206, {
      'Content-Length': CONTENT.length - first,
      'Content-Range': `bytes ${first}-${CONTENT.length - 1}/${CONTENT.length}`,
    })
  const all: Answer = (response, first) => part(response, first).end(CONTENT.subarray(first))
  const cutAfter =
    (bytes: number): Answer =>
    (response, first) =>
      part(response, first).write(CONTENT.subarray(first, first + bytes), () => response.destroy())
  const problem =
    (status: number): Answer =>
    (response) => {
      const body = { type: 'urn:x', title: 'x', status, code: 'a-code', detail: 'It is so.' }
      response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(body))
    }
  const read = (first = 0, interruption = new AbortController().signal) => {
    const quiet = Object.assign(new PassThrough(), { isTTY: false })
    const io: Io = { stdin: quiet, stdout: quiet, stderr: quiet, cwd: '/', now: () => new Date(), interruption }
    return buffer(fleetBlobs(connect(address, 'token', io), FLEET, io)(BLOB, first))
  }

  it('goes on with the byte after the last that came, however often the connection breaks', async () => {
    answers = [cutAfter(50_000), cutAfter(60_000), problem(503)]
    expect((await read()).equals(CONTENT)).toBe(true)
    expect(asked).toEqual([0, 50_000, 110_000, 110_000])
  })

  it('takes what it needs of an answer that has all of it', async () => {
    answers = [(response) => void response.writeHead(200).end(CONTENT)]
    expect((await read(1234)).equals(CONTENT.subarray(1234))).toBe(true)
  })

  it('asks again where an answer ends too early', async () => {
    answers = [(response) => void response.writeHead(200).end(CONTENT.subarray(0, 1000))]
    expect((await read()).equals(CONTENT)).toBe(true)
    expect(asked).toEqual([0, 1000])
  })

  it('does not ask again for what is refused', async () => {
    answers = [problem(404)]
    await expect(read()).rejects.toMatchObject({ code: 'a-code' })
    expect(asked).toEqual([0])
  })

  it('takes no more bytes than the blob has', async () => {
    answers = [(response) => void response.writeHead(200).end(Buffer.concat([CONTENT, CONTENT]))]
    await expect(read()).rejects.toMatchObject({ code: 'unexpected-answer' })
  })

  it('ends when somebody presses Ctrl-C', async () => {
    const stop = new AbortController()
    answers = [(response, first) => part(response, first).write(CONTENT.subarray(0, 1000), () => stop.abort())]
    await expect(read(0, stop.signal)).rejects.toMatchObject({ code: 'interrupted' })
  })
})
