import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { fleetQuery } from '../../api/fleets.js'
import { releaseQuery } from '../../api/releases.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { VariablesCard } from './variables-card.js'

const route = getRouteApi('/inside/fleets/$fleetId/variables')

export function FleetVariables() {
  const { fleetId } = route.useParams()
  const { data: whoami } = useQuery(whoamiQuery)
  const { data: fleet } = useQuery(fleetQuery(fleetId))
  const releaseId = fleet?.targetReleaseId
  const { data: release } = useQuery({ ...releaseQuery(releaseId ?? ''), enabled: releaseId !== undefined })
  return (
    <VariablesCard
      of="fleet"
      id={fleetId}
      services={Object.keys(release?.compose?.services ?? {})}
      readOnly={!mayAct(whoami, fleet?.organizationId, 'developer')}
      note="They reach every device of the fleet. A device may override them; a variable for one service wins over one for all."
    />
  )
}
