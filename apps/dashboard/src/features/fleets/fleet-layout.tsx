import type { FleetView } from '@flotilla/contracts'
import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { GitBranch, Plus } from 'lucide-react'
import { fleetQuery } from '../../api/fleets.js'
import { useLiveUpdates } from '../../api/live.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { TextLink } from '../../components/links.js'
import { Loaded } from '../../components/loaded.js'
import { PageHeader } from '../../components/page-header.js'
import { usePageTitle } from '../../components/page-title.js'
import { HeaderSkeleton } from '../../components/skeletons.js'
import { StatusBadge } from '../../components/status-badge.js'
import { TabLink, TabLinks } from '../../components/tab-links.js'
import { ReleaseVersion } from '../releases/release-version.js'
import { AddDeviceDialog } from './add-device-dialog.js'
import { FleetTrouble } from './fleet-trouble.js'

const route = getRouteApi('/inside/fleets/$fleetId')

/** What stands above every page of one fleet. */
export function FleetLayout() {
  const { fleetId } = route.useParams()
  useLiveUpdates({ fleet: fleetId })
  const fleet = useQuery(fleetQuery(fleetId))
  usePageTitle(fleet.data?.name)
  return (
    <>
      <Loaded query={fleet} what="the fleet" skeleton={<HeaderSkeleton />}>
        {(value) => <FleetHeader fleet={value} />}
      </Loaded>
      {fleet.data && (
        <>
          <TabLinks label="Fleet">
            <TabLink to="/fleets/$fleetId" params={{ fleetId }} activeOptions={{ exact: true, includeSearch: false }}>
              Devices
            </TabLink>
            <TabLink to="/fleets/$fleetId/releases" params={{ fleetId }}>
              Releases
            </TabLink>
            <TabLink to="/fleets/$fleetId/variables" params={{ fleetId }}>
              Variables
            </TabLink>
            <TabLink to="/fleets/$fleetId/settings" params={{ fleetId }}>
              Settings
            </TabLink>
          </TabLinks>
          <Outlet />
        </>
      )}
    </>
  )
}

function FleetHeader({ fleet }: { fleet: FleetView }) {
  const { data: whoami } = useQuery(whoamiQuery)
  const [adding, { open, close }] = useDisclosure()
  const { total, online } = fleet.deviceCounts
  return (
    <>
      <PageHeader
        trail={[
          <TextLink key="fleets" to="/fleets" size="sm" c="dimmed">
            Fleets
          </TextLink>,
          <Text key="organization" size="sm" c="dimmed">
            {fleet.organization}
          </Text>,
        ]}
        title={fleet.name}
        badges={
          total > 0 && (
            <Group gap="xs">
              <StatusBadge tone={online === total ? 'good' : 'warn'}>
                {online.toLocaleString()} of {total.toLocaleString()} online
              </StatusBadge>
              <FleetTrouble counts={fleet.deviceCounts} />
            </Group>
          )
        }
        subtitle={<FleetFacts fleet={fleet} />}
        actions={
          mayAct(whoami, fleet.organizationId, 'developer') && (
            <Button leftSection={<Plus size={17} aria-hidden />} onClick={open}>
              Add device
            </Button>
          )
        }
      />
      <AddDeviceDialog fleet={fleet} opened={adding} onClose={close} />
    </>
  )
}

function FleetFacts({ fleet }: { fleet: FleetView }) {
  return (
    <Group gap="lg" style={{ rowGap: 4 }}>
      <span>
        Release {fleet.targetReleaseId ? <ReleaseVersion id={fleet.targetReleaseId} /> : <b>none yet</b>}
        {fleet.pinned && ' (pinned)'}
      </span>
      <Group gap={5} wrap="nowrap">
        <GitBranch size={14} aria-hidden />
        <span>
          deploys <b>{fleet.deployBranch}</b>
        </span>
      </Group>
    </Group>
  )
}
