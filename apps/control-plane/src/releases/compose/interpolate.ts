/**
 * Compose's variable substitution, on a server that has none of the variables: only what has a default can be filled
 * in. `missing` names the variables that have none.
 */
export interface Interpolated {
  text: string
  missing: string[]
}

// $$ | $NAME | ${ ; what follows a ${ is read by hand, because defaults may nest.
const DOLLAR = /\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|(\{))/y
const BRACED = /([A-Za-z_][A-Za-z0-9_]*)(:?[-+?])?/y

export function interpolate(text: string): Interpolated {
  const missing: string[] = []
  return { text: substitute(text, missing), missing }
}

function substitute(text: string, missing: string[]): string {
  let result = ''
  let at = 0
  while (at < text.length) {
    if (text[at] !== '$') {
      result += text[at++]
      continue
    }
    DOLLAR.lastIndex = at
    const [found, escaped, name, brace] = DOLLAR.exec(text) ?? []
    if (found === undefined) {
      // A lone dollar, as in a price or a regular expression's end; compose refuses it too.
      missing.push('$')
      at += 1
    } else if (brace === undefined) {
      if (name !== undefined) missing.push(name)
      result += escaped ?? ''
      at += found.length
    } else {
      const end = closingBrace(text, at + found.length)
      result += braced(text.slice(at + found.length, end), missing)
      at = end + 1
    }
  }
  return result
}

function braced(inside: string, missing: string[]): string {
  BRACED.lastIndex = 0
  const [found, name, operator] = BRACED.exec(inside) ?? []
  if (found === undefined || name === undefined || (operator === undefined && found.length < inside.length)) {
    missing.push(`{${inside}}`)
    return ''
  }
  const word = inside.slice(found.length)
  switch (operator) {
    case '-':
    case ':-':
      return substitute(word, missing)
    case '+':
    case ':+':
      return ''
    default:
      missing.push(name)
      return ''
  }
}

/** Where the brace closes that is open at `from`; the text's end where it never does. */
function closingBrace(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth += 1
    else if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return text.length
}
