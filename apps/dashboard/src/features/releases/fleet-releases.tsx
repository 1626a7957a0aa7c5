import type { FleetView, ReleaseView } from '@flotilla/contracts'
import { Paper, Stack } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Package } from 'lucide-react'
import { fleetQuery } from '../../api/fleets.js'
import { releasesQuery } from '../../api/releases.js'
import { EmptyNote } from '../../components/empty-note.js'
import { Loaded } from '../../components/loaded.js'
import { MoreButton } from '../../components/more-button.js'
import { RowsSkeleton } from '../../components/skeletons.js'
import { PushGuide } from '../fleets/push-guide.js'
import classes from './fleet-releases.module.css'
import { ReleaseItem } from './release-item.js'

const route = getRouteApi('/inside/fleets/$fleetId/releases')

export function FleetReleases() {
  const { fleetId } = route.useParams()
  const { data: fleet } = useQuery(fleetQuery(fleetId))
  const releases = useInfiniteQuery(releasesQuery({ fleet: fleetId }))
  return (
    <Loaded query={releases} what="the releases" skeleton={<RowsSkeleton rows={6} height={64} />}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items)
        if (items.length === 0) return <NoReleases fleet={fleet} />
        return (
          <Stack gap="md">
            <ReleaseList items={items} fleet={fleet} />
            <MoreButton pages={releases} label="Show older releases" />
          </Stack>
        )
      }}
    </Loaded>
  )
}

function ReleaseList({ items, fleet }: { items: ReleaseView[]; fleet: FleetView | undefined }) {
  return (
    <Paper radius="lg" className={classes.table} role="table" aria-label="Releases">
      <div role="rowgroup">
        <div role="row" className={`${classes.row} ${classes.head}`}>
          <span role="columnheader">Version</span>
          <span role="columnheader">Status</span>
          <span role="columnheader">Commit</span>
          <span role="columnheader">Devices</span>
          <span role="columnheader">Made</span>
        </div>
      </div>
      <div role="rowgroup">
        {items.map((release) => (
          <ReleaseItem key={release.id} release={release} isTarget={fleet?.targetReleaseId === release.id} />
        ))}
      </div>
    </Paper>
  )
}

function NoReleases({ fleet }: { fleet: FleetView | undefined }) {
  return (
    <EmptyNote icon={Package} title="No release yet" action={fleet && <PushGuide fleet={fleet} />}>
      Every push makes one: Flotilla builds the app and keeps the images.
    </EmptyNote>
  )
}
