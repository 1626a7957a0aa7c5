import type { DeviceEventView } from '@flotilla/contracts'
import { Text } from '@mantine/core'
import { Age } from '../../../components/age.js'
import { describeMoment } from '../../../format/age.js'
import { ReleaseVersion } from '../../releases/release-version.js'
import { SeenOfServices } from '../seen-of-services.js'
import classes from './device-history.module.css'
import { eventStory } from './event-story.js'

export function EventItem({ event }: { event: DeviceEventView }) {
  const { tone, text, note, seen } = eventStory(event)
  return (
    <li className={classes.event} data-tone={tone}>
      <div className={classes.main}>
        <Text size="sm" component="div" className={classes.sentence}>
          {text.map((part, at) =>
            typeof part === 'string' ? part : <ReleaseVersion key={at} id={part.release} version={part.version} />,
          )}
        </Text>
        {note && (
          <Text size="xs" c="dimmed" className={classes.note}>
            {note}
          </Text>
        )}
        {seen && (
          <details className={classes.seen}>
            <summary>What the device saw</summary>
            <SeenOfServices services={seen} said={note ?? ''} />
          </details>
        )}
      </div>
      <Text size="xs" c="dimmed" component="div" className={classes.when}>
        <Age at={event.at} />
        {who(event) && <span>{who(event)}</span>}
        {isLate(event) && <span title={`Received ${describeMoment(event.receivedAt)}`}>told later</span>}
      </Text>
    </li>
  )
}

/** Most of it the device does by itself; people are named. */
function who({ actor }: DeviceEventView): string | undefined {
  return actor.kind === 'device' || actor.kind === 'system' ? undefined : `by ${actor.label}`
}

const LATE_MS = 120_000

/** A device that was away tells what happened when it is back. */
function isLate({ at, receivedAt }: DeviceEventView): boolean {
  return Date.parse(receivedAt) - Date.parse(at) > LATE_MS
}
