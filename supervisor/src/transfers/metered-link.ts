/** Whether an interface of this name is one of those; * stands for any characters. */
export function isMetered(interfaceName: string | undefined, patterns: readonly string[]): boolean {
  return interfaceName !== undefined && patterns.some((pattern) => matches(interfaceName, pattern))
}

// By hand and not as a regular expression: the patterns come from people, and some would take for ever.
function matches(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first)) return false
  let position = first.length
  for (const part of others) {
    const found = name.indexOf(part, position)
    if (found < 0) return false
    position = found + part.length
  }
  return name.length - last.length >= position && name.endsWith(last)
}
