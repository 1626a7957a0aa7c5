import { usageError } from '../command-error.js'

/** A variable to set; without a value, it is still to be asked for. */
export interface Assignment {
  name: string
  value?: string
}

/** `NAME=VALUE`, or `NAME` alone. */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=')
  return at < 0
    ? { name: checkedName(text, text) }
    : { name: checkedName(text.slice(0, at), text), value: text.slice(at + 1) }
}

/**
 * The lines of an env file as Docker and dotenv read them: `NAME=VALUE`, `export` before it, comments, and quotes around
 * the value. Double quotes know \n, \t, \" and \\, and may go over several lines; single quotes know nothing.
 */
export function parseEnvFile(text: string, file: string): Assignment[] {
  const assignments: Assignment[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const place = `${file}, line ${index + 1}`
    const [, name, start] = /^\s*(?:export\s+)?([^\s#=][^=]*?)\s*=\s*(.*)$/.exec(lines[index] ?? '') ?? []
    if (name === undefined || start === undefined) {
      if (!/^\s*(#.*)?$/.test(lines[index] ?? '')) throw usageError(`${place}: this is not NAME=VALUE.`)
      continue
    }
    const { value, lastLine } = readValue(start, lines, index, place)
    assignments.push({ name: checkedName(name, place), value })
    index = lastLine
  }
  return assignments
}

function readValue(start: string, lines: string[], index: number, place: string): { value: string; lastLine: number } {
  const quote = start[0]
  if (quote !== '"' && quote !== "'") return { value: start.replace(/\s+#.*$/, '').trimEnd(), lastLine: index }
  const closed = quote === '"' ? /^"((?:[^"\\]|\\[^])*)"\s*(#.*)?$/ : /^'([^']*)'\s*(#.*)?$/
  let text = start
  for (let last = index; last < lines.length; last++) {
    if (last > index) text += `\n${lines[last] ?? ''}`
    const [, inner] = closed.exec(text) ?? []
    if (inner !== undefined) return { value: quote === '"' ? unescape(inner) : inner, lastLine: last }
  }
  throw usageError(`${place}: the quote ${quote} is not closed, or something follows it.`)
}

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (_all, escaped: string) => ESCAPES[escaped] ?? escaped)
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' }

function checkedName(name: string, place: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw usageError(
    `${place}: ${name === '' ? 'there is no name' : `${name} is not a name of a variable`}.`,
    'Names have letters, digits and underscores, and do not start with a digit.',
  )
}
