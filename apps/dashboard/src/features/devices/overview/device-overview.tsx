import type { DeviceView } from '@flotilla/contracts'
import { SimpleGrid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { deviceQuery, hardwareQuery, reportedStateQuery, targetQuery } from '../../../api/devices.js'
import { Loaded } from '../../../components/loaded.js'
import { CardSkeleton } from '../../../components/skeletons.js'
import { DeviceStanding } from './device-standing.js'
import { HardwareCard } from './hardware-card.js'
import { HostCard } from './host-card.js'
import { RejectionCard } from './rejection-card.js'
import { serviceRows } from './service-rows.js'
import { ServicesCard } from './services-card.js'

const route = getRouteApi('/inside/devices/$deviceId/')

export function DeviceOverview() {
  const { deviceId } = route.useParams()
  const device = useQuery(deviceQuery(deviceId))
  return device.data && <Overview device={device.data} />
}

function Overview({ device }: { device: DeviceView }) {
  const state = useQuery(reportedStateQuery(device))
  const target = useQuery(targetQuery(device))
  const hardware = useQuery(hardwareQuery(device.id))
  const app = state.data?.state.apps[device.fleetId]
  const rows = serviceRows(target.data?.target, state.data?.state)
  const reading = {
    data: state.isLoading || target.isLoading ? undefined : rows,
    error: state.error ?? target.error,
    refetch: () => void Promise.all([state.refetch(), target.refetch()]),
  }
  return (
    <Stack gap="md">
      <DeviceStanding device={device} rows={rows} />
      {app && <RejectionCard app={app} />}
      <Loaded query={reading} what="the services" skeleton={<CardSkeleton height={220} />}>
        {(services) => <ServicesCard device={device} rows={services} />}
      </Loaded>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Loaded query={hardware} what="the hardware" skeleton={<CardSkeleton height={200} />}>
          {(boards) => <HardwareCard boards={boards.items} />}
        </Loaded>
        <HostCard device={device} reported={state.data ?? undefined} />
      </SimpleGrid>
    </Stack>
  )
}
