import type { ProjectProblem } from './compose-error.js'
import { interpolate } from './interpolate.js'
import type { Located } from './located.js'

/**
 * One value of a compose file with its place. Readers take what they need; what does not fit is noted with the place
 * and read as absent, so that one pass finds every problem.
 */
export class Field {
  constructor(
    readonly path: string,
    readonly line: number,
    private readonly node: Located,
    private readonly problems: Omit<ProjectProblem, 'file'>[],
  ) {}

  get kind(): Located['kind'] | 'null' {
    return this.node.kind === 'scalar' && this.node.value === null ? 'null' : this.node.kind
  }

  refuse(message: string): undefined {
    this.problems.push({ line: this.line, path: this.path, message })
    return undefined
  }

  /** A string, number or boolean as its text. */
  text(expected = 'text'): string | undefined {
    if (this.node.kind !== 'scalar' || this.node.value === null) return this.refuse(`takes ${expected}`)
    if (typeof this.node.value !== 'string') return this.node.source
    const { text, missing } = interpolate(this.node.value)
    const name = missing[0]
    return name === undefined ? text : this.refuse(describeMissing(name))
  }

  words(allowed: readonly string[]): string | undefined {
    const expected = `one of ${allowed.join(', ')}`
    const text = this.text(expected)
    if (text === undefined) return undefined
    return allowed.includes(text) ? text : this.refuse(`takes ${expected}`)
  }

  boolean(): boolean | undefined {
    const text = this.text('true or false')
    if (text === undefined) return undefined
    if (text === 'true' || text === 'false') return text === 'true'
    return this.refuse('takes true or false')
  }

  integer(min: number, max = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text('a whole number')
    if (text === undefined) return undefined
    const value = Number(text)
    if (/^-?\d+$/.test(text) && value >= min && value <= max) return value
    const limit = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`
    return this.refuse(`takes a whole number ${limit}`)
  }

  /** `parse` gives undefined for a text that does not fit. */
  parsed<T>(parse: (text: string) => T | undefined, expected: string): T | undefined {
    const text = this.text(expected)
    if (text === undefined) return undefined
    return parse(text) ?? this.refuse(`takes ${expected}`)
  }

  items(expected = 'a list'): Field[] {
    if (this.node.kind !== 'list') {
      this.refuse(`takes ${expected}`)
      return []
    }
    return this.node.items.map((item, index) => new Field(`${this.path}[${index}]`, item.line, item, this.problems))
  }

  /** The members of a mapping; `x-…` ones are left out, but for those of `known`. */
  entries(expected = 'a mapping', known: readonly string[] = []): [string, Field][] {
    if (this.node.kind !== 'map') {
      this.refuse(`takes ${expected}`)
      return []
    }
    return [...this.node.entries]
      .filter(([key]) => !key.startsWith('x-') || known.includes(key))
      .map(([key, { line, node }]) => [
        key,
        new Field(this.path === '' ? key : `${this.path}.${key}`, line, node, this.problems),
      ])
  }

  /**
   * Reads a mapping member by member. A member without a value is as good as absent; one without a reader is refused,
   * with what to use instead where `instead` knows.
   */
  members(readers: Record<string, (field: Field) => void>, instead: Record<string, string> = {}): void {
    for (const [key, field] of this.entries(undefined, Object.keys(readers))) {
      const read = Object.hasOwn(readers, key) ? readers[key] : undefined
      if (!read) field.refuse(`not supported; ${Object.hasOwn(instead, key) ? instead[key] : 'remove it'}`)
      else if (field.kind !== 'null') read(field)
    }
  }
}

function describeMissing(name: string): string {
  if (name === '$') return 'a single $ begins a variable; write $$ for a dollar'
  if (name.startsWith('{')) return `$${name} is not a variable; write $$ for a dollar`
  return (
    `\${${name}} has no value here; give it one with \${${name}:-value}, or leave it out and set the Flotilla ` +
    `variable ${name}; $$${name} is the text itself`
  )
}
