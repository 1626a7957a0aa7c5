import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { History } from 'lucide-react'
import { deviceEventsQuery } from '../../../api/devices.js'
import { EmptyNote } from '../../../components/empty-note.js'
import { Loaded } from '../../../components/loaded.js'
import { MoreButton } from '../../../components/more-button.js'
import { Section } from '../../../components/section.js'
import { RowsSkeleton } from '../../../components/skeletons.js'
import classes from './device-history.module.css'
import { EventItem } from './event-item.js'

const route = getRouteApi('/inside/devices/$deviceId/history')

/** Everything that ever happened to a device, newest first. */
export function DeviceHistory() {
  const { deviceId } = route.useParams()
  const events = useInfiniteQuery(deviceEventsQuery(deviceId))
  return (
    <Loaded query={events} what="the history" skeleton={<RowsSkeleton rows={8} height={44} />}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items)
        if (items.length === 0) {
          return (
            <EmptyNote icon={History} title="Nothing happened yet">
              What is done to this device and what it does is written down here, for as long as it exists.
            </EmptyNote>
          )
        }
        return (
          <Section title="History" note="What was done to this device and what it did. It outlives the board in it.">
            <ol className={classes.list}>
              {items.map((event) => (
                <EventItem key={event.id} event={event} />
              ))}
            </ol>
            <MoreButton pages={events} label="Show older events" />
          </Section>
        )
      }}
    </Loaded>
  )
}
