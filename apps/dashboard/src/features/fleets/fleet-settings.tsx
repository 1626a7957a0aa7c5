import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { fleetQuery } from '../../api/fleets.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { Loaded } from '../../components/loaded.js'
import { CardSkeleton } from '../../components/skeletons.js'
import { FleetForm } from './fleet-form.js'
import { ProvisioningKeys } from './provisioning-keys.js'
import { RemoveFleet } from './remove-fleet.js'

const route = getRouteApi('/inside/fleets/$fleetId/settings')

export function FleetSettings() {
  const { fleetId } = route.useParams()
  const fleet = useQuery(fleetQuery(fleetId))
  const { data: whoami } = useQuery(whoamiQuery)
  return (
    <Loaded query={fleet} what="the fleet" skeleton={<CardSkeleton height={300} />}>
      {(value) => {
        const mayChange = mayAct(whoami, value.organizationId, 'developer')
        return (
          <Stack gap="lg">
            {/* A fresh form for what was saved, here or by somebody else. */}
            <FleetForm
              key={`${value.name} ${value.deployBranch} ${value.platforms.join()}`}
              fleet={value}
              readOnly={!mayChange}
            />
            <ProvisioningKeys fleet={value} readOnly={!mayChange} />
            {mayChange && <RemoveFleet fleet={value} />}
          </Stack>
        )
      }}
    </Loaded>
  )
}
