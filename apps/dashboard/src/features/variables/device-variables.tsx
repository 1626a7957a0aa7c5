import type { DeviceView } from '@flotilla/contracts'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { deviceQuery, targetQuery } from '../../api/devices.js'
import { mayAct, whoamiQuery } from '../../api/session.js'
import { VariablesCard } from './variables-card.js'

const route = getRouteApi('/inside/devices/$deviceId/variables')

export function DeviceVariables() {
  const { deviceId } = route.useParams()
  const { data: device } = useQuery(deviceQuery(deviceId))
  return device && <Variables device={device} />
}

function Variables({ device }: { device: DeviceView }) {
  const { data: whoami } = useQuery(whoamiQuery)
  const { data: target } = useQuery(targetQuery(device))
  const services = (target?.target.apps ?? []).flatMap((app) => Object.keys(app.services))
  return (
    <VariablesCard
      of="device"
      id={device.id}
      services={services}
      readOnly={!mayAct(whoami, device.fleet.split('/')[0], 'operator')}
      note="The device’s own, and those of its fleet that reach it."
    />
  )
}
