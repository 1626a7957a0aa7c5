import { z } from 'zod'
import { bodyOf, json, type Asked, type LocalAnswer } from '../local-api/local-request.js'
import type { Core } from '../part.js'
import { isTrue } from './asked-app.js'
import { unsupported } from './unsupported.js'

const FORMATS = [
  ...['short', 'short-full', 'short-iso', 'short-iso-precise', 'short-precise', 'short-monotonic', 'short-delta'],
  ...['short-unix', 'verbose', 'export', 'json', 'json-pretty', 'json-sse', 'json-seq', 'cat', 'with-unit'],
] as const
const MOST_STREAMS = 4

// Texts and numbers are taken for booleans, as on balena; forms have nothing else.
const FlagSchema = z.union([z.boolean(), z.number(), z.string()]).nullish()
const TextSchema = z
  .string()
  .regex(/^\P{Cc}{1,200}$/u, 'must be a short text')
  .nullish()

export const JournalRequestSchema = z.object({
  all: FlagSchema,
  follow: FlagSchema,
  // What is no number counts as not said.
  count: z.union([z.number(), z.string()]).nullish(),
  unit: TextSchema,
  format: z.enum(FORMATS).nullish(),
  containerId: z
    .string()
    .regex(/^[0-9a-f]{12,64}$/, 'must be the id of a container')
    .nullish(),
  since: TextSchema,
  until: TextSchema,
})
type JournalRequest = z.infer<typeof JournalRequestSchema>

/** For journalctl. Each value stands behind its option's name, so that none is taken for an option itself: pure. */
export function journalArguments(asked: JournalRequest): string[] {
  const { unit, format, containerId, since, until } = asked
  const count = Number(asked.count)
  const option = (name: string, value: string | null | undefined) => (value ? [`--${name}=${value}`] : [])
  return [
    ...(isTrue(asked.all) ? ['--all'] : []),
    ...(isTrue(asked.follow) ? ['--follow'] : []),
    ...option('unit', unit),
    ...option('lines', Number.isSafeInteger(count) && count > 0 ? String(count) : undefined),
    ...option('since', since),
    ...option('until', until),
    ...option('output', format ?? 'short'),
    // As the engine's journald driver marks its lines.
    ...(containerId ? [containerMatch(containerId)] : []),
  ]
}

/** POST /v2/journal-logs: the journal of the board's own system, as journalctl prints it. */
export function journalLogs({ offers }: Pick<Core, 'offers'>): (asked: Asked) => LocalAnswer {
  const open = { streams: 0 }
  return (asked) => {
    const { journal } = offers
    const args = journalArguments(bodyOf(asked, JournalRequestSchema))
    if (!journal?.isThere()) return unsupported('There is no journal of systemd that it may read on this board.')()
    if (open.streams >= MOST_STREAMS) return json(429, { status: 'failed', message: 'Close another stream first.' })
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
    return { status: 200, headers, body: counted(journal.read(args, asked.signal), open) }
  }
}

async function* counted<T>(stream: AsyncIterable<T>, open: { streams: number }): AsyncGenerator<T> {
  open.streams++
  try {
    yield* stream
  } finally {
    open.streams--
  }
}

function containerMatch(id: string): string {
  return id.length === 64 ? `CONTAINER_ID_FULL=${id}` : `CONTAINER_ID=${id.slice(0, 12)}`
}
