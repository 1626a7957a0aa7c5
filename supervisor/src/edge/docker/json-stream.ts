/*
 * The engine's way to tell progress and events: JSON objects, one a line, for as long as the answer lasts.
 */

/** dockerode's followProgress keeps all of them in memory and does not throw on `{ error }`; this does neither. */
export async function* jsonObjects(source: AsyncIterable<Buffer | string>): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Record<string, unknown>
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as Record<string, unknown>
}
