const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const

export type Format = keyof typeof CODES

/** Colours, or none where the reader is no terminal. */
export type Style = (format: Format, text: string) => string

// Not util.styleText: it looks at this process's stdout, and we write to stderr too.
export function createStyle(coloured: boolean): Style {
  return (format, text) => {
    const [on, off] = CODES[format]
    return coloured && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text
  }
}
