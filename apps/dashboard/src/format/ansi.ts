/*
 * Terminal output as styled pieces of text. Colours (SGR) are kept; everything else that would move a cursor, set a
 * title or ring a bell is dropped. Never makes HTML: whoever draws the pieces lets React escape the text.
 */

export interface AnsiStyle {
  /** 0 to 15 of the terminal's palette, or a CSS colour. */
  color?: number | string
  background?: number | string
  bold?: boolean
  faint?: boolean
  italic?: boolean
  underline?: boolean
  strike?: boolean
  inverse?: boolean
}

export interface AnsiPiece {
  text: string
  style: AnsiStyle
}

// CSI …, OSC … up to BEL or ST, and the two-character escapes. An unfinished sequence at the end goes too.
const ESCAPE = /\u001b(?:\[([0-?]*)[ -/]*([@-~]|$)|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\|$)|[ -/]*[0-~]?)/g
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Splits one line into pieces of one style each; texts are never empty. */
export function parseAnsi(line: string): AnsiPiece[] {
  const visible = lastOverwrite(line)
  const pieces: AnsiPiece[] = []
  let style: AnsiStyle = {}
  let end = 0
  for (const match of visible.matchAll(ESCAPE)) {
    push(pieces, visible.slice(end, match.index), style)
    end = match.index + match[0].length
    if (match[2] === 'm') style = applySgr(style, match[1] ?? '')
  }
  push(pieces, visible.slice(end), style)
  return pieces
}

/** The text that a person reads, for searching and copying. */
export function stripAnsi(line: string): string {
  return lastOverwrite(line).replace(ESCAPE, '').replace(CONTROL, '')
}

// Progress bars rewrite their line with carriage returns: only the last state is worth showing.
function lastOverwrite(line: string): string {
  const trimmed = line.replace(/\r+$/, '')
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1)
}

function push(pieces: AnsiPiece[], raw: string, style: AnsiStyle): void {
  const text = raw.replace(CONTROL, '')
  if (text !== '') pieces.push({ text, style })
}

function applySgr(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0))
  let result = { ...style }
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes.slice(at + 1))
      result = { ...result, [code === 38 ? 'color' : 'background']: color }
      at += used
    } else result = applyCode(result, code)
  }
  return result
}

const SWITCHES: Record<number, AnsiStyle> = {
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: undefined, faint: undefined },
  23: { italic: undefined },
  24: { underline: undefined },
  27: { inverse: undefined },
  29: { strike: undefined },
  39: { color: undefined },
  49: { background: undefined },
}

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return {}
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 }
  if (code >= 90 && code <= 97) return { ...style, color: code - 82 }
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 }
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 }
  return { ...style, ...SWITCHES[code] }
}

/** What follows 38 or 48: `5;n` of 256 colours, or `2;r;g;b`. */
function extendedColor([mode, ...rest]: number[]): { color: number | string | undefined; used: number } {
  if (mode === 5) return { color: paletteColor(rest[0] ?? 0), used: 2 }
  if (mode !== 2) return { color: undefined, used: 1 }
  const [red, green, blue] = [rest[0], rest[1], rest[2]].map((part) => Math.min(255, part ?? 0))
  return { color: `rgb(${red} ${green} ${blue})`, used: 4 }
}

function paletteColor(index: number): number | string {
  if (index < 16) return index
  if (index >= 232) {
    const grey = Math.min(255, 8 + (index - 232) * 10)
    return `rgb(${grey} ${grey} ${grey})`
  }
  const cube = index - 16
  const [red, green, blue] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) =>
    step === 0 ? 0 : 55 + step * 40,
  )
  return `rgb(${red} ${green} ${blue})`
}
