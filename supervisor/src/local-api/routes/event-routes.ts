import { Wake } from '../../loops/wake.js'
import type { Core } from '../../part.js'
import { LocalProblem, type Asked } from '../local-request.js'
import type { Route } from '../route.js'
import { appView, planView } from './app-routes.js'

// Keeps what is between the two awake, and finds out that the other side has gone.
const HEARTBEAT_MS = 30_000
const MOST_STREAMS = 8
const MOST_WAITING = 100

/** What happens, as it happens: server-sent events `app`, `plan` and `event`. */
export function eventRoutes(core: Core): Route[] {
  const open = { streams: 0 }
  return [
    {
      method: 'GET',
      path: '/v1/events',
      handle: (asked) => {
        if (open.streams >= MOST_STREAMS) throw new LocalProblem(429, 'too-many-streams', 'Close another stream first.')
        const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
        return { status: 200, headers, body: stream(core, asked, open) }
      },
    },
  ]
}

async function* stream(core: Core, { caller, signal }: Asked, open: { streams: number }): AsyncGenerator<string> {
  const wake = new Wake()
  const waiting: string[] = []
  const onEvent = () => {
    const { latest } = core.events
    const concerns = latest && [undefined, caller.appId].includes(latest.detail.appId as string | undefined)
    // A reader that does not read loses events, not the board its memory.
    if (concerns && waiting.length < MOST_WAITING) waiting.push(message('event', latest))
    wake.notify()
  }
  const forget = [core.board.changed.add(() => wake.notify()), core.events.recorded.add(onEvent)]
  const last = new Map<string, string>()
  open.streams++
  try {
    while (!signal.aborted) {
      const told = [...waiting.splice(0), ...news(views(core, caller.appId), last)]
      yield told.length > 0 ? told.join('') : ': \n\n'
      await wake.wait(core.clock, HEARTBEAT_MS, signal)
    }
  } finally {
    open.streams--
    for (const takeOff of forget) takeOff()
  }
}

/** Those that are others than the last ones. */
function* news(now: Record<string, unknown>, last: Map<string, string>): Generator<string> {
  for (const [name, view] of Object.entries(now)) {
    const text = message(name, view)
    if (last.get(name) !== text) yield text
    last.set(name, text)
  }
}

function views(core: Core, appId: string): Record<string, unknown> {
  const { status } = core.board
  return status ? { app: appView(core, appId), plan: planView(status, appId) } : {}
}

function message(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
