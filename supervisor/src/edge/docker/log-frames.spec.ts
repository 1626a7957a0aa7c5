import { describe, expect, it } from '@jest/globals'
import type { LogFrame } from '../../ports.js'
import { multiplexedFrames, sinceParameter, terminalFrames } from './log-frames.js'

const AT = '2026-11-21T08:00:00.123456789Z'

describe('the log stream of a container', () => {
  it('is taken apart, however the network cut it', async () => {
    const bytes = Buffer.concat([message(1, 'one\n'), message(2, 'two\n'), message(1, 'begun '), message(1, 'ended\n')])
    for (let size = 1; size < 60; size += 7) {
      expect(await collect(multiplexedFrames(inPieces(bytes, size)))).toEqual([
        { at: AT, stream: 'stdout', content: 'one', endsLine: true },
        { at: AT, stream: 'stderr', content: 'two', endsLine: true },
        { at: AT, stream: 'stdout', content: 'begun ', endsLine: false },
        { at: AT, stream: 'stdout', content: 'ended', endsLine: true },
      ])
    }
  })

  it('keeps an empty line', async () => {
    const frames = await collect(multiplexedFrames(inPieces(message(1, '\n'), 100)))
    expect(frames).toEqual([{ at: AT, stream: 'stdout', content: '', endsLine: true }])
  })

  it('does not hold a message of 10 MB', async () => {
    const bytes = Buffer.concat([message(1, `${'x'.repeat(10_000_000)}\n`), message(1, 'next\n')])
    const frames = await collect(multiplexedFrames(inPieces(bytes, 65_536)))
    expect(frames).toHaveLength(2)
    expect(frames[0]?.content.length).toBeLessThanOrEqual(64 * 1024)
    expect(frames[0]?.endsLine).toBe(true)
    expect(frames[1]?.content).toBe('next')
  })

  it('of a terminal is cut into lines', async () => {
    const bytes = Buffer.from(`${AT} one\r\n${AT} two\r\n${AT} unended`)
    for (const size of [1, 10, 1000]) {
      const frames = await collect(terminalFrames(inPieces(bytes, size)))
      expect(frames.map(({ content }) => content)).toEqual(['one\r', 'two\r', 'unended'])
    }
  })

  it('of a terminal does not hold an endless line', async () => {
    const bytes = Buffer.from(`${AT} ${'x'.repeat(10_000_000)}\n${AT} next\n`)
    const frames = await collect(terminalFrames(inPieces(bytes, 65_536)))
    expect(frames[0]?.content.length).toBeLessThanOrEqual(64 * 1024)
    expect(frames[1]?.content).toBe('next')
  })

  it('leaves out what carries no time', async () => {
    expect(await collect(terminalFrames(inPieces(Buffer.from('error from daemon: no log\n'), 5)))).toEqual([])
  })

  it('is asked for from a nanosecond on', () => {
    expect(sinceParameter(AT)).toBe('1795248000.123456789')
    expect(sinceParameter('2026-11-21T08:00:00.5Z')).toBe('1795248000.500000000')
    expect(sinceParameter('2026-11-21T08:00:00Z')).toBe('1795248000.000000000')
  })
})

function message(stream: number, text: string): Buffer {
  const payload = Buffer.from(`${AT} ${text}`)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function collect(frames: AsyncIterable<LogFrame>) {
  const all = []
  for await (const frame of frames) all.push({ ...frame, content: frame.content.toString() })
  return all
}
