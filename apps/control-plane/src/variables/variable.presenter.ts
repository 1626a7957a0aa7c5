import type { VariableView } from '@flotilla/contracts'
import type { Variable } from './variable.entity.js'

export function presentVariable(variable: Variable): VariableView {
  return {
    id: variable.id,
    ...(variable.fleetId !== null && { fleetId: variable.fleetId }),
    ...(variable.deviceId !== null && { deviceId: variable.deviceId }),
    ...(variable.service !== null && { service: variable.service }),
    kind: variable.kind,
    name: variable.name,
    ...(!variable.secret && { value: variable.value }),
    secret: variable.secret,
    updatedAt: variable.updatedAt.toISOString(),
  }
}
