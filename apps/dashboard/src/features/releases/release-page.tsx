import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { fleetQuery } from '../../api/fleets.js'
import { useLiveUpdates } from '../../api/live.js'
import { releaseQuery, type ReleaseDetail } from '../../api/releases.js'
import { FailureNote } from '../../components/failure-note.js'
import { TextLink } from '../../components/links.js'
import { Loaded } from '../../components/loaded.js'
import { PageHeader } from '../../components/page-header.js'
import { usePageTitle } from '../../components/page-title.js'
import { CardSkeleton, HeaderSkeleton } from '../../components/skeletons.js'
import { StatusBadge } from '../../components/status-badge.js'
import { BuildPanel } from '../builds/build-panel.js'
import { ComposeCard } from './compose-card.js'
import { ImagesCard } from './images-card.js'
import { OriginCard } from './origin-card.js'
import { ReleaseActions } from './release-actions.js'
import { releaseStatus } from './release-status.js'

const route = getRouteApi('/inside/releases/$releaseId')

export function ReleasePage() {
  const { releaseId } = route.useParams()
  const release = useQuery(releaseQuery(releaseId))
  useLiveUpdates(release.data && { fleet: release.data.fleetId })
  usePageTitle(release.data?.version)
  return (
    <Loaded query={release} what="the release" skeleton={<ReleaseSkeleton />}>
      {(value) => <Release key={value.id} release={value} />}
    </Loaded>
  )
}

function Release({ release }: { release: ReleaseDetail }) {
  const { tone, label, moving } = releaseStatus(release)
  const { data: fleet } = useQuery(fleetQuery(release.fleetId))
  // As it is when one comes: whoever watches a build goes on watching when it ends.
  const [buildFirst] = useState(release.status === 'building' || release.status === 'failed')
  const build = release.buildId && <BuildPanel buildId={release.buildId} opened={buildFirst} />
  return (
    <>
      <PageHeader
        trail={[
          <TextLink key="fleets" to="/fleets" size="sm" c="dimmed">
            Fleets
          </TextLink>,
          <Text key="organization" size="sm" c="dimmed">
            {fleet?.organization ?? '…'}
          </Text>,
          <TextLink key="fleet" to="/fleets/$fleetId" params={{ fleetId: release.fleetId }} size="sm" c="dimmed">
            {fleet?.name ?? '…'}
          </TextLink>,
          <TextLink key="all" to="/fleets/$fleetId/releases" params={{ fleetId: release.fleetId }} size="sm" c="dimmed">
            Releases
          </TextLink>,
        ]}
        title={release.version}
        badges={
          <Group gap="xs">
            <StatusBadge tone={tone} moving={moving}>
              {label}
            </StatusBadge>
            {fleet?.targetReleaseId === release.id && (
              <StatusBadge tone="busy">
                {fleet.pinned ? 'Fleet is pinned to it' : 'The fleet should run it'}
              </StatusBadge>
            )}
          </Group>
        }
        subtitle={release.message?.split('\n')[0]}
        actions={fleet && <ReleaseActions release={release} fleet={fleet} />}
      />
      <Stack gap="md">
        {release.failureReason && (
          <FailureNote title="This release could not be built" reason={release.failureReason} />
        )}
        {buildFirst && build}
        <OriginCard release={release} />
        {release.images.length > 0 && <ImagesCard images={release.images} />}
        {release.compose && <ComposeCard compose={release.compose} />}
        {!buildFirst && build}
      </Stack>
    </>
  )
}

function ReleaseSkeleton() {
  return (
    <>
      <HeaderSkeleton />
      <Stack gap="md">
        <CardSkeleton height={150} />
        <CardSkeleton height={220} />
      </Stack>
    </>
  )
}
