import { describe, expect, it } from '@jest/globals'
import { printable, printableLine } from './printable.js'

describe('text from devices', () => {
  it('cannot move the cursor, retitle the window or hide anything', () => {
    expect(printable('a\x1b[2Jb\x1b]0;title\x07c\x1b[31md\r\x08e\x9bf')).toBe('abcdef')
  })

  it('keeps its line breaks and letters', () => {
    expect(printable('grün\n\tok ✓')).toBe('grün\n\tok ✓')
  })

  it('keeps its colours in log lines that are shown in colour, and ends them with the line', () => {
    expect(printableLine('\x1b[31mred\x1b[0m \x1b[2Jtext', true)).toBe('\x1b[31mred\x1b[0m text\x1b[0m')
    expect(printableLine('\x1b[31mred\x1b[0m \x1b[2Jtext', false)).toBe('red text')
  })

  it('stays one line', () => {
    expect(printableLine('one\ntwo', false)).toBe('one two')
  })
})
