import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Controller, Get, type INestApplication, Module, Param, Req } from '@nestjs/common'
import type { Request } from 'express'
import { BARE_CONFIG } from '../testing/bare-config.js'
import { createApi } from './create-api.js'
import { HttpModule } from './http.module.js'
import { Problem } from './problem.js'
import { EventStreams, resumeAfter, type ServerEvent } from './sse.js'

const made = new Map<string, number>()
const ended = new Map<string, () => void>()

@Controller('streams')
class StreamsController {
  constructor(private readonly streams: EventStreams) {}

  @Get('numbers')
  numbers(@Req() request: Request) {
    const first = Number(resumeAfter(request, '0')) + 1
    return this.streams.open(request, async function* () {
      for (let id = first; id <= 3; id++) yield await Promise.resolve(event(id))
    })
  }

  @Get('refused')
  async refused(): Promise<never> {
    await setTimeout(10)
    throw new Problem('no-such-stream', 404, 'There is no such stream.')
  }

  @Get('endless/:name')
  endless(@Req() request: Request, @Param('name') name: string) {
    return this.streams.open(request, async function* (signal) {
      try {
        for (let id = 1; !signal.aborted; id++) {
          made.set(name, id)
          yield await Promise.resolve(event(id, 'x'.repeat(64 * 1024)))
        }
      } finally {
        ended.get(name)?.()
      }
    })
  }

  @Get('quiet/:name')
  quiet(@Req() request: Request, @Param('name') name: string) {
    return this.streams.open(request, async function* (signal) {
      yield event(1)
      await once(signal, 'abort')
      ended.get(name)?.()
    })
  }

  @Get('plain')
  plain() {
    return {}
  }
}

@Module({ imports: [HttpModule], controllers: [StreamsController] })
class StreamsModule {}

function event(id: number, text = 'a\nline'): ServerEvent {
  return { type: 'line', id: String(id), data: { text } }
}

describe('server-sent events', () => {
  let app: INestApplication
  let url: string
  beforeEach(async () => {
    app = await createApi(StreamsModule, BARE_CONFIG)
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })
  afterEach(() => app.close())

  function endOf(name: string): Promise<void> {
    return new Promise((resolve) => ended.set(name, resolve))
  }
  async function request(path: string): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    return socket
  }

  it('are sent with their ids and types, and end where the source ends', async () => {
    const answer = await fetch(`${url}/streams/numbers`)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect((await answer.text()).trim().split('\n\n')).toEqual([
      ': open',
      ...[1, 2, 3].map((id) => `event: line\nid: ${id}\ndata: {"text":"a\\nline"}`),
    ])
  })

  it('go on behind the last event that the client has', async () => {
    const answer = await fetch(`${url}/streams/numbers`, { headers: { 'Last-Event-ID': '2' } })
    expect(await answer.text()).toContain('id: 3')
    const strange = await fetch(`${url}/streams/numbers`, { headers: { 'Last-Event-ID': 'no number' } })
    expect(await strange.text()).toContain('id: 1\n')
  })

  it('answer with a problem where the stream is refused', async () => {
    const answer = await fetch(`${url}/streams/refused`)
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  it('stop being made when the client leaves', async () => {
    const over = endOf('leaver')
    const socket = await request('/streams/quiet/leaver')
    await firstEvent(socket)
    socket.destroy()
    await over
  })

  it('wait for a client that does not read, and go on when it does', async () => {
    const over = endOf('slow')
    const socket = await request('/streams/endless/slow')
    socket.pause()
    await settled(() => made.get('slow') ?? 0)
    // What fits into the buffers of two sockets, far from all that could have been made meanwhile.
    const before = made.get('slow') ?? 0
    expect(before).toBeLessThan(1000)
    socket.resume()
    while ((made.get('slow') ?? 0) < before + 100) await once(socket, 'data')
    socket.destroy()
    await over
  })

  it('end when the server stops', async () => {
    const socket = await request('/streams/quiet/stopped')
    await firstEvent(socket)
    const over = once(socket, 'end')
    await app.close()
    await over
  })
})

async function firstEvent(socket: Socket): Promise<void> {
  for (let text = ''; !text.includes('id: 1');) text += String(await once(socket, 'data'))
}

/** Waits until a number above zero has stayed the same over ten looks. */
async function settled(read: () => number): Promise<void> {
  for (let same = 0, last = 0; same < 10;) {
    await setTimeout(20)
    const now = read()
    same = now > 0 && now === last ? same + 1 : 0
    last = now
  }
}
