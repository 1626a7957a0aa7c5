import { describeAge, describeElapsed, describeMoment } from '../format/age.js'
import { useClock } from './clock.js'

/** How long ago something was, always true: it counts on by itself. The exact moment is in its tooltip. */
export function Age({ at }: { at: string }) {
  const text = useClock((now) => describeAge(at, now))
  return (
    <time dateTime={at} title={describeMoment(at)}>
      {text}
    </time>
  )
}

/** The time from one moment to another, counting while there is no end yet. */
export function Elapsed({ from, to }: { from: string; to?: string }) {
  const text = useClock((now) => describeElapsed((to ? Date.parse(to) : now) - Date.parse(from)))
  return <span data-numbers>{text}</span>
}
