import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ApiProblem, type EventOf, followEvents, type FollowOptions } from './index.js'

const PATH = '/api/v1/builds/{id}/output/stream'
const BUILD_ID = '0b9d2c7e-4b1e-4a55-9a55-f5f1c1a0b001'
type Line = EventOf<typeof PATH>

describe('following events', () => {
  let server: Server
  let baseUrl: string
  let answers: ((response: ServerResponse) => void)[]
  const received: IncomingMessage[] = []

  beforeEach(async () => {
    received.length = 0
    server = createServer((request, response) => {
      received.push(request)
      const answer = answers.shift()
      if (answer) answer(response)
      else response.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const stream = (...chunks: (string | Buffer)[]) => {
    return (response: ServerResponse) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      for (const chunk of chunks) response.write(chunk)
      setImmediate(() => response.end())
    }
  }
  const line = (id: number, text = `line ${id}`) =>
    `event: line\nid: ${id}\ndata: ${JSON.stringify({ id: String(id), text })}\n\n`
  const end = 'event: end\ndata: {"state":"succeeded"}\n\n'

  async function follow(until: (event: Line) => boolean, options: FollowOptions = {}): Promise<Line[]> {
    const events: Line[] = []
    const params = { path: { id: BUILD_ID }, query: { after: '0' } }
    for await (const event of followEvents({ baseUrl, token: 'flt_secret' }, PATH, { params, ...options })) {
      events.push(event)
      if (until(event)) break
    }
    return events
  }
  const isEnd = ({ event }: Line) => event === 'end'

  it('gives each event with its data, however the bytes were cut', async () => {
    const bytes = Buffer.from(`: open\n\n${line(1, 'größer')}${end}`)
    answers = [stream(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))]
    const events = await follow(isEnd)
    expect(events).toEqual([
      { event: 'line', id: '1', data: { id: '1', text: 'größer' } },
      { event: 'end', data: { state: 'succeeded' } },
    ])
    expect(received[0]?.url).toBe(`/api/v1/builds/${BUILD_ID}/output/stream?after=0`)
    expect(received[0]?.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer flt_secret' })
  })

  it('goes on behind the last event when the connection broke, ended, or the server was away', async () => {
    const connections: boolean[] = []
    answers = [
      stream(line(1), line(2)),
      (response) => response.destroy(),
      (response) => response.writeHead(503).end(),
      stream(line(3), end),
    ]
    const events = await follow(isEnd, { onOpen: ({ isReconnect }) => void connections.push(isReconnect) })
    expect(events.map((event) => event.id)).toEqual(['1', '2', '3', undefined])
    expect(received.map((request) => request.headers['last-event-id'])).toEqual([undefined, '2', '2', '2'])
    expect(connections).toEqual([false, true])
  })

  it('goes on too where nobody wants to know of connections', async () => {
    answers = [stream(line(1)), (response) => response.destroy(), stream(line(2), end)]
    expect((await follow(isEnd)).map((event) => event.id)).toEqual(['1', '2', undefined])
  })

  it('waits for what is read as it opens, and connects anew where that fails', async () => {
    answers = [stream(line(1)), stream(line(2), end)]
    const happened: string[] = []
    let opened = 0
    const onOpen = async () => {
      const name = `open ${++opened}`
      await new Promise((resolve) => setImmediate(resolve))
      happened.push(name)
      if (opened === 1) throw new Error('The server went away')
    }
    await follow((event) => happened.push(event.event) > 0 && isEnd(event), { onOpen })
    expect(happened).toEqual(['open 1', 'open 2', 'line', 'end'])
  })

  it('throws what the server refuses', async () => {
    const problem = { status: 404, code: 'build-not-found', detail: 'There is no such build.' }
    const refuse = (response: ServerResponse) => response.writeHead(404).end(JSON.stringify(problem))
    answers = [refuse]
    await expect(follow(isEnd)).rejects.toBeInstanceOf(ApiProblem)
    answers = [stream(line(1)), refuse]
    await expect(follow(isEnd)).rejects.toMatchObject({ code: 'build-not-found' })
  })

  it('throws where the server cannot be reached at all', async () => {
    answers = [(response) => response.destroy()]
    await expect(follow(isEnd)).rejects.toThrow('fetch failed')
  })

  it('ends with the signal, and closes its connection', async () => {
    const controller = new AbortController()
    const closed = new Promise<void>((resolve) => {
      answers = [
        (response) => {
          response.on('close', resolve).writeHead(200, { 'Content-Type': 'text/event-stream' }).write(line(1))
        },
      ]
    })
    const events = await follow(() => (controller.abort(), false), { signal: controller.signal })
    expect(events).toHaveLength(1)
    await closed
  })

  const collectings: [string, () => void][] = [
    ['', () => undefined],
    [', whatever the garbage collector took', garbageCollector()],
  ]
  it.each(collectings)('closes its connection when the caller leaves the loop%s', async (_, collectGarbage) => {
    const closed = new Promise<void>((resolve) => {
      answers = [
        (response) => {
          response.on('close', resolve).writeHead(200, { 'Content-Type': 'text/event-stream' }).write(line(1))
        },
      ]
    })
    await follow(() => (collectGarbage(), true))
    await closed
  })
})

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
