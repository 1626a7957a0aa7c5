import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dockerClient } from './docker-client.js'
import { defaultLogging } from './engine-settings.js'
import { engineName } from './docker-images.js'

describe('an engine that takes calls and never answers', () => {
  let server: Server
  const asked: string[] = []
  beforeAll(async () => {
    server = createServer(({ method }) => void asked.push(`${method}`))
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const client = (questionMs: number, changeMs: number) => {
    const { port } = server.address() as AddressInfo
    return dockerClient({ host: '127.0.0.1', port }, { questionMs, changeMs })
  }
  const never = 1e9

  it.each([
    ['what it is', () => defaultLogging(client(50, never))],
    ['for an image', () => engineName(client(50, never), 'registry.test/web@sha256:00')],
    ['to remove one', () => client(never, 50).getImage('web').remove()],
  ])('is not waited for when it is asked %s', async (_what, ask) => {
    await expect(ask()).rejects.toThrow('abort')
  })

  it('is waited for by who says for how long', async () => {
    const own = new AbortController()
    const before = asked.length
    const info = client(1, 1).getContainer('web').inspect({ abortSignal: own.signal })
    const stream = client(1, 1).getEvents({ abortSignal: own.signal })
    const ends = Promise.allSettled([info, stream])
    while (asked.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
    own.abort(new Error('enough'))
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
