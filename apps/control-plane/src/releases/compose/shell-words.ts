/** A command line that only a shell could carry out, or whose quotes do not close. The message says what to do. */
export class ShellWordsError extends Error {}

/**
 * Splits a command line into words as compose does: blanks, quotes and backslashes as in a POSIX shell, but nothing is
 * run or expanded. Compose silently drops all from an unquoted `;`, `&`, `|`, `<` or `>` on; here that is an error.
 */
export function shellWords(line: string): string[] {
  const words: string[] = []
  // A word may be empty ('') without being absent.
  let word: string | undefined
  let at = 0
  while (at < line.length) {
    const char = line.charAt(at)
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
      at += 1
      continue
    }
    const [text, next] = readPart(line, at)
    word = (word ?? '') + text
    at = next
  }
  return word === undefined ? words : [...words, word]
}

/** A quoted stretch, an escaped character or a plain one, and where it ends. */
function readPart(line: string, at: number): [string, number] {
  const char = line.charAt(at)
  if (char === "'") {
    const end = line.indexOf("'", at + 1)
    if (end < 0) throw unclosed(char)
    return [line.slice(at + 1, end), end + 1]
  }
  if (char === '"') return readDoubleQuoted(line, at + 1)
  if (char === '\\') {
    if (at + 1 >= line.length) throw new ShellWordsError('the command ends in a backslash; remove it or double it')
    return [line.charAt(at + 1), at + 2]
  }
  if (';&|<>`'.includes(char)) {
    throw new ShellWordsError(`${char} needs a shell: write ["sh", "-c", "…"] with the whole line as last item`)
  }
  return [char, at + 1]
}

function readDoubleQuoted(line: string, from: number): [string, number] {
  let text = ''
  for (let at = from; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '"') return [text, at + 1]
    // Inside double quotes a backslash only escapes what would be special there.
    if (char === '\\' && '"\\$`'.includes(line.charAt(at + 1)) && at + 1 < line.length) text += line.charAt(++at)
    else text += char
  }
  throw unclosed('"')
}

function unclosed(quote: string): ShellWordsError {
  return new ShellWordsError(`a ${quote} is never closed`)
}
