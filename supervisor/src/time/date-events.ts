import type { DeviceReportEvent } from '@flotilla/contracts'
import type { SpooledEvent } from '../stored.js'
import type { TimeSource } from '../ports.js'

/**
 * Events with their true times: pure. Those of a boot whose time was never known keep their order and their distances
 * from each other as far as what happened before and after leaves room, and say that their time is an estimate.
 */
export function dateEvents(
  events: readonly SpooledEvent[],
  whenWas: TimeSource['whenWas'],
  // None of the events was before this.
  floor = -Infinity,
): DeviceReportEvent[] {
  const known = events.map(({ at, stamp }) => (stamp ? whenWas(stamp) : Date.parse(at)))
  const dated: DeviceReportEvent[] = []
  let before = floor
  for (let first = 0; first < events.length; first++) {
    const time = known[first]
    const event = events[first]
    if (!event) break
    if (time !== undefined) {
      dated.push(withTime(event, time))
      before = time
      continue
    }
    const end = endOfBoot(events, known, first)
    const after = known.slice(end).find((it) => it !== undefined) ?? Infinity
    for (const estimate of estimates(events.slice(first, end), before, after)) {
      dated.push(estimate)
      before = Date.parse(estimate.at)
    }
    first = end - 1
  }
  return dated
}

/** Behind the last of the events from `first` on that are of its boot and have no time. */
function endOfBoot(events: readonly SpooledEvent[], known: readonly (number | undefined)[], first: number): number {
  const boot = events[first]?.stamp?.boot
  let end = first
  while (end < events.length && known[end] === undefined && events[end]?.stamp?.boot === boot) end++
  return end
}

function estimates(events: readonly SpooledEvent[], before: number, after: number): DeviceReportEvent[] {
  const [first] = events
  const origin = first?.stamp?.monotonicMs ?? 0
  const sinceFirst = events.map(({ stamp }) => (stamp?.monotonicMs ?? origin) - origin)
  const latest = after - (sinceFirst.at(-1) ?? 0)
  const board = Date.parse(first?.at ?? '')
  // A clock that is behind what was before says nothing; then it was soon before what came next, as far as anybody knows.
  const start = Math.max(before, board >= before || latest === Infinity ? Math.min(board, latest) : latest)
  return events.map((event, index) => {
    const dated = withTime(event, Math.min(after, start + (sinceFirst[index] ?? 0)))
    return { ...dated, detail: { ...dated.detail, timeIsEstimated: true } }
  })
}

function withTime({ stamp, ...event }: SpooledEvent, time: number): DeviceReportEvent {
  return stamp ? { ...event, at: new Date(time).toISOString() } : event
}
