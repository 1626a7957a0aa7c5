import type { DeviceView } from '@flotilla/contracts'
import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { deviceQuery } from '../../api/devices.js'
import { useLiveUpdates } from '../../api/live.js'
import { TextLink } from '../../components/links.js'
import { Loaded } from '../../components/loaded.js'
import { PageHeader } from '../../components/page-header.js'
import { usePageTitle } from '../../components/page-title.js'
import { HeaderSkeleton } from '../../components/skeletons.js'
import { TabLink, TabLinks } from '../../components/tab-links.js'
import { shortPlatform } from '../../format/text.js'
import { ActivityBadge, ConnectivityBadge, LastSeen } from './device-badges.js'
import { DeviceMenu } from './settings/device-menu.js'

const route = getRouteApi('/inside/devices/$deviceId')

/** What stands above every page of one device. */
export function DeviceLayout() {
  const { deviceId } = route.useParams()
  const device = useQuery(deviceQuery(deviceId))
  useLiveUpdates(device.data && { fleet: device.data.fleetId, device: deviceId })
  usePageTitle(device.data?.name)
  return (
    <>
      <Loaded query={device} what="the device" skeleton={<HeaderSkeleton />}>
        {(value) => <DeviceHeader device={value} readAt={device.dataUpdatedAt} />}
      </Loaded>
      {device.data && (
        <>
          <TabLinks label="Device">
            <TabLink to="/devices/$deviceId" params={{ deviceId }} activeOptions={{ exact: true }}>
              Overview
            </TabLink>
            <TabLink to="/devices/$deviceId/logs" params={{ deviceId }}>
              Logs
            </TabLink>
            <TabLink to="/devices/$deviceId/history" params={{ deviceId }}>
              History
            </TabLink>
            <TabLink to="/devices/$deviceId/variables" params={{ deviceId }}>
              Variables
            </TabLink>
            <TabLink to="/devices/$deviceId/settings" params={{ deviceId }}>
              Settings
            </TabLink>
          </TabLinks>
          <Outlet />
        </>
      )}
    </>
  )
}

function DeviceHeader({ device, readAt }: { device: DeviceView; readAt: number }) {
  const [organization, fleet] = device.fleet.split('/')
  return (
    <PageHeader
      trail={[
        <TextLink key="fleets" to="/fleets" size="sm" c="dimmed">
          Fleets
        </TextLink>,
        <Text key="organization" size="sm" c="dimmed">
          {organization}
        </Text>,
        <TextLink key="fleet" to="/fleets/$fleetId" params={{ fleetId: device.fleetId }} size="sm" c="dimmed">
          {fleet}
        </TextLink>,
      ]}
      title={device.name}
      badges={
        <Group gap="xs">
          <ConnectivityBadge device={device} readAt={readAt} />
          <ActivityBadge device={device} />
        </Group>
      }
      subtitle={
        <Group gap="md" style={{ rowGap: 2 }}>
          {device.lastSeenAt && <LastSeen device={device} />}
          {device.hardware && (
            <Text span size="xs" c="dimmed">
              {device.hardware.deviceType ?? 'board'} · {shortPlatform(device.hardware.platform)}
            </Text>
          )}
        </Group>
      }
      actions={<DeviceMenu device={device} />}
    />
  )
}
