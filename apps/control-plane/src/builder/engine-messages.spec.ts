import { describe, expect, it } from '@jest/globals'
import { PassThrough } from 'node:stream'
import { EngineError, type EngineMessage, readMessages } from './engine-messages.js'

function answer(...messages: EngineMessage[]): PassThrough {
  const stream = new PassThrough()
  for (const message of messages) stream.write(`${JSON.stringify(message)}\r\n`)
  return stream
}

describe('the answer of an engine', () => {
  it('is read message by message to its end', async () => {
    const stream = answer({ status: 'one' }, { status: 'two' })
    stream.end()
    const statuses: (string | undefined)[] = []
    await readMessages(stream, (message) => statuses.push(message.status))
    expect(statuses).toEqual(['one', 'two'])
  })

  it('fails with what the engine complains of', async () => {
    const stream = answer({ status: 'one' }, { error: 'no space left on device' })
    await expect(readMessages(stream, () => undefined)).rejects.toThrow(EngineError)
  })

  it('fails when the connection breaks', async () => {
    const stream = answer({ status: 'one' })
    const reading = readMessages(stream, () => stream.destroy(new Error('gone')))
    await expect(reading).rejects.toThrow('gone')
  })

  it('does no harm when the connection breaks after a failure was told', async () => {
    const stream = answer({ error: 'failed' })
    await expect(readMessages(stream, () => undefined)).rejects.toThrow('failed')
    stream.destroy(new Error('gone'))
    await new Promise((resolve) => stream.once('close', resolve))
  })
})
