import type { FleetView } from '@flotilla/contracts'
import { Button, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Cpu, SearchX } from 'lucide-react'
import { devicesQuery } from '../../api/devices.js'
import { fleetQuery } from '../../api/fleets.js'
import { EmptyNote } from '../../components/empty-note.js'
import { Loaded } from '../../components/loaded.js'
import { RowsSkeleton } from '../../components/skeletons.js'
import { AddDeviceDialog } from '../fleets/add-device-dialog.js'
import { PushGuide } from '../fleets/push-guide.js'
import { DeviceFilters } from './device-filters.js'
import { isNarrowed } from './device-search.js'
import { DeviceTable } from './device-table.js'

const route = getRouteApi('/inside/fleets/$fleetId/')

export function FleetDevices() {
  const { fleetId } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const fleet = useQuery(fleetQuery(fleetId))
  const devices = useInfiniteQuery({
    ...devicesQuery({ fleet: fleetId, ...search }),
    placeholderData: keepPreviousData,
  })
  if (fleet.data && fleet.data.deviceCounts.total === 0 && !isNarrowed(search)) return <FirstSteps fleet={fleet.data} />
  return (
    <Stack gap="md">
      {fleet.data && !fleet.data.targetReleaseId && <PushFirst fleet={fleet.data} />}
      <DeviceFilters value={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Loaded query={devices} what="the devices" skeleton={<RowsSkeleton rows={8} />}>
        {(data) =>
          data.pages.every((page) => page.items.length === 0) ? (
            <EmptyNote
              icon={SearchX}
              title="No device fits"
              action={
                <Button variant="default" onClick={() => void navigate({ search: {}, replace: true })}>
                  Show all devices
                </Button>
              }
            >
              No device of this fleet fits what you search and filter for.
            </EmptyNote>
          ) : (
            <DeviceTable
              devices={data.pages.flatMap((page) => page.items)}
              readAt={devices.dataUpdatedAt}
              total={isNarrowed(search) ? undefined : fleet.data?.deviceCounts.total}
              pages={devices}
            />
          )
        }
      </Loaded>
    </Stack>
  )
}

/** What to do in a fleet with nothing in it: push an app, add a board; in any order. */
function FirstSteps({ fleet }: { fleet: FleetView }) {
  const [adding, { open, close }] = useDisclosure()
  return (
    <>
      <SimpleGrid cols={{ base: 1, lg: fleet.targetReleaseId ? 1 : 2 }} spacing="md">
        {!fleet.targetReleaseId && <PushFirst fleet={fleet} />}
        <EmptyNote icon={Cpu} title="Add the first device" action={<Button onClick={open}>Add device</Button>}>
          You get one command to run on the board. It installs the supervisor, which starts{' '}
          {fleet.targetReleaseId ? 'the fleet’s release' : 'whatever you push'} within seconds.
        </EmptyNote>
      </SimpleGrid>
      <AddDeviceDialog fleet={fleet} opened={adding} onClose={close} />
    </>
  )
}

function PushFirst({ fleet }: { fleet: FleetView }) {
  return (
    <Paper p="lg" radius="lg">
      <Title order={2} size="h3" mb={4}>
        Push your app
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        Nothing was pushed to {fleet.name} yet, so its devices run nothing.
      </Text>
      <PushGuide fleet={fleet} />
    </Paper>
  )
}
