import { MAX_LOG_LINE_BYTES } from '@flotilla/contracts'
import { describe, expect, it } from '@jest/globals'
import type { LogFrame } from '../ports.js'
import { LineAssembler } from './line-assembler.js'

describe('putting log lines together', () => {
  const frame = (content: string | Buffer, change: Partial<LogFrame> = {}): LogFrame => ({
    at: '2026-11-21T08:00:00.000000001Z',
    stream: 'stdout',
    content: Buffer.from(content),
    endsLine: true,
    ...change,
  })

  it('takes a whole frame for a line', () => {
    expect(new LineAssembler().add(frame('hello'))).toMatchObject({ text: 'hello', stream: 'stdout', truncated: false })
  })

  it('joins the frames of a long line, each stream by itself', () => {
    const lines = new LineAssembler()
    expect(lines.add(frame('one ', { endsLine: false }))).toBeUndefined()
    expect(lines.add(frame('error', { stream: 'stderr' }))).toMatchObject({ text: 'error', stream: 'stderr' })
    expect(lines.add(frame('two'))).toMatchObject({ text: 'one two', stream: 'stdout' })
  })

  it('cuts a line of 10 MB, and holds no more of it than it keeps', () => {
    const lines = new LineAssembler()
    const part = Buffer.alloc(16 * 1024, 'x')
    for (let n = 0; n < 640; n++) expect(lines.add(frame(part, { endsLine: false }))).toBeUndefined()
    const line = lines.add(frame('end'))
    expect(line?.truncated).toBe(true)
    expect(line?.text).toBe('x'.repeat(MAX_LOG_LINE_BYTES))
    expect(lines.add(frame('next'))).toMatchObject({ text: 'next', truncated: false })
  })

  it.each(['é', '€', '🚢'])('does not cut %s in two', (character) => {
    for (let offset = 0; offset < 4; offset++) {
      const line = new LineAssembler().add(frame('a'.repeat(offset) + character.repeat(MAX_LOG_LINE_BYTES)))
      expect(line?.truncated).toBe(true)
      expect(line?.text.replaceAll(character, '')).toBe('a'.repeat(offset))
      const bytes = Buffer.byteLength(line?.text ?? '')
      expect(bytes).toBeLessThanOrEqual(MAX_LOG_LINE_BYTES)
      expect(bytes).toBeGreaterThan(MAX_LOG_LINE_BYTES - 4)
    }
  })

  it('makes text of any bytes', () => {
    const line = new LineAssembler().add(frame(Buffer.from([0x61, 0x00, 0xff, 0xfe, 0x62])))
    expect(line?.text).toBe('a\uFFFD\uFFFD\uFFFDb')
  })

  it('drops the carriage return of a terminal', () => {
    expect(new LineAssembler().add(frame('hello\r'))?.text).toBe('hello')
  })

  it('gives what was begun when the container ended in the middle of a line', () => {
    const lines = new LineAssembler()
    lines.add(frame('Segmentation fau', { endsLine: false }))
    expect(lines.rest()).toMatchObject([{ text: 'Segmentation fau' }])
  })
})
