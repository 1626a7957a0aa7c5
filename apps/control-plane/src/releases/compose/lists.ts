import type { Field } from './field.js'
import { ShellWordsError, shellWords } from './shell-words.js'

/** A list of texts; what compose also takes as one text becomes a list of one. */
export function textList(field: Field, options: { alsoOne?: boolean; each?: string } = {}): string[] {
  if (options.alsoOne && field.kind === 'scalar') return [field.text(options.each)].filter(isDefined)
  return field
    .items(options.alsoOne ? 'a text or a list of texts' : 'a list of texts')
    .map((item) => item.text(options.each))
    .filter(isDefined)
}

/**
 * `NAME: value` mappings and `- NAME=value` lists, which compose takes for each other. A name without a value stands
 * for one of the machine that runs compose: `bare` says what becomes of it. `look` may refuse what it does not like.
 */
export function textMap(
  field: Field,
  bare: { use: string } | { refuse: (name: string) => string },
  look: (name: string, value: string, place: Field) => void = () => undefined,
): Record<string, string> {
  const found = new Map<string, string>()
  const keep = (name: string, place: Field, value: string | undefined) => {
    if (name === '') return place.refuse('a name is missing before the =')
    // JSON would lose it on the way to the board.
    if (name === '__proto__') return place.refuse('__proto__ cannot be a name here; use another')
    const text = value ?? ('use' in bare ? bare.use : undefined)
    if (text === undefined) return 'refuse' in bare && place.refuse(bare.refuse(name))
    look(name, text, place)
    found.set(name, text)
  }
  if (field.kind === 'list') {
    for (const item of field.items()) {
      const [name, value] = splitOnce(item.text('NAME=value') ?? '', '=')
      keep(name, item, value)
    }
  } else {
    for (const [name, value] of field.entries('a mapping or a list of NAME=value')) {
      if (value.kind === 'null') keep(name, value, undefined)
      else if (value.kind !== 'scalar') value.refuse('takes text')
      else keep(name, value, value.text() ?? '')
    }
  }
  return Object.fromEntries(found)
}

/** A command or entrypoint: a list of words, or one line that is split as compose splits it. */
export function commandWords(field: Field): string[] | undefined {
  if (field.kind === 'list') return field.items().map((item) => item.text() ?? '')
  const line = field.text('a command line or a list of words')
  if (line === undefined) return undefined
  try {
    return shellWords(line)
  } catch (error) {
    if (error instanceof ShellWordsError) return field.refuse(error.message)
    throw error
  }
}

/** The text before and after the first separator; without one, the second is absent. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

export function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined
}
