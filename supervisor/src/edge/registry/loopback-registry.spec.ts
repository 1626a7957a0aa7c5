import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { channel } from 'node:diagnostics_channel'
import { get } from 'node:http'
import type { Socket } from 'node:net'
import { eventually } from '../../testing/eventually.js'
import { LoopbackRegistry } from './loopback-registry.js'

const DIGEST = `sha256:${'a'.repeat(64)}`
const STARTED = channel('http.server.request.start')

describe('the registry for the engine', () => {
  let socket: Socket | undefined
  const note = (message: unknown) => void (socket = (message as { socket: Socket }).socket)
  beforeEach(() => STARTED.subscribe(note))
  afterEach(() => STARTED.unsubscribe(note))

  it('lets go of a layer whose engine went between two pieces', async () => {
    let isLeft = false
    async function* read(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.alloc(10)
        await Promise.resolve(socket?.destroy())
        yield Buffer.alloc(10)
      } finally {
        isLeft = true
      }
    }
    const serving = await new LoopbackRegistry().serve({
      manifest: { digest: DIGEST, mediaType: 'text/plain', bytes: Buffer.alloc(0) },
      open: () => Promise.resolve({ sizeBytes: 20, read }),
      onFailure: () => undefined,
    })
    const blob = serving.reference.replace('@', '/blobs/').replace('/', '/v2/')
    get(`http://${blob}`, (answer) => answer.resume().on('error', () => undefined)).on('error', () => undefined)
    await eventually(() => isLeft)
    serving.end()
    expect(isLeft).toBe(true)
  })
})
