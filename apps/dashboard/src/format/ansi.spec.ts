import { describe, expect, it } from '@jest/globals'
import { parseAnsi, stripAnsi } from './ansi.js'

const ESC = '\u001b'

describe('parseAnsi', () => {
  it('leaves plain text as one piece', () => {
    expect(parseAnsi('listening on 8080')).toEqual([{ text: 'listening on 8080', style: {} }])
  })

  it('gives each colour its piece and ends it at the reset', () => {
    expect(parseAnsi(`a ${ESC}[31mred${ESC}[0m b`)).toEqual([
      { text: 'a ', style: {} },
      { text: 'red', style: { color: 1 } },
      { text: ' b', style: {} },
    ])
  })

  it('adds styles up and takes them away one by one', () => {
    const pieces = parseAnsi(`${ESC}[1;4;92mx${ESC}[22my${ESC}[39mz`)
    expect(pieces).toEqual([
      { text: 'x', style: { bold: true, underline: true, color: 10 } },
      { text: 'y', style: { underline: true, color: 10 } },
      { text: 'z', style: { underline: true } },
    ])
  })

  it('reads 256 and true colours, and the codes behind them', () => {
    expect(parseAnsi(`${ESC}[38;5;208;1mx`)).toEqual([{ text: 'x', style: { color: 'rgb(255 135 0)', bold: true } }])
    expect(parseAnsi(`${ESC}[48;2;1;2;999mx`)).toEqual([{ text: 'x', style: { background: 'rgb(1 2 255)' } }])
    expect(parseAnsi(`${ESC}[38;5;3mx`)).toEqual([{ text: 'x', style: { color: 3 } }])
  })

  it.each([
    ['cursor moves', `${ESC}[2K${ESC}[1Gtext`],
    ['a window title', `${ESC}]0;owned${'\u0007'}text`],
    ['a hyperlink', `${ESC}]8;;javascript:alert(1)${ESC}\\text${ESC}]8;;${ESC}\\`],
    ['a bell', `te${'\u0007'}xt`],
    ['an unfinished sequence', `text${ESC}[31`],
    ['a lone escape', `text${ESC}`],
    ['eight-bit controls', `te${'\u009b'}xt`],
  ])('drops %s', (_what, line) => {
    expect(
      parseAnsi(line)
        .map((piece) => piece.text)
        .join(''),
    ).toBe('text')
  })

  it('shows the last state of a line that rewrites itself', () => {
    expect(stripAnsi('10 %\r50 %\r100 %\r')).toBe('100 %')
    expect(parseAnsi('10 %\r50 %')).toEqual([{ text: '50 %', style: {} }])
  })

  it('keeps what looks like HTML as the text it is', () => {
    expect(parseAnsi('<img src=x onerror=alert(1)>')[0]?.text).toBe('<img src=x onerror=alert(1)>')
  })
})
