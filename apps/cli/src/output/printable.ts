const COLOUR_CODE = /\x1b\[[0-9;]*m/g
const ESCAPE_SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g
const CONTROL_CHARACTER = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/**
 * Text of a device or an app, made safe for a terminal: it could otherwise move the cursor, retitle the window or fake
 * our own output. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(ESCAPE_SEQUENCE, '').replace(CONTROL_CHARACTER, '')
}

/** The same for log lines, whose colours are kept where the reader can show them. */
export function printableLine(text: string, coloured: boolean): string {
  const flat = text.replace(/\r?\n/g, ' ')
  if (!coloured || !flat.includes('\x1b[')) return printable(flat)
  const colours = flat.match(COLOUR_CODE) ?? []
  const plain = flat.split(COLOUR_CODE).map(printable)
  return plain.map((part, index) => part + (colours[index] ?? '')).join('') + '\x1b[0m'
}
