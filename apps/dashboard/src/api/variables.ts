import type { Page, SetVariable, VariableView } from '@flotilla/contracts'
import { queryOptions } from '@tanstack/react-query'
import { answer, api } from './client.js'
import { keys } from './keys.js'

export type VariablePlace = { fleet: string } | { device: string }

/** The variables of a fleet, or those of a device with what it inherits. */
export const variablesQuery = (place: VariablePlace) =>
  queryOptions({
    queryKey: keys.variables(place),
    queryFn: ({ signal }): Promise<Page<VariableView>> =>
      answer(api.GET('/api/v1/variables', { params: { query: variableFilter(place) }, signal })),
  })

function variableFilter(place: VariablePlace) {
  const limit = 500
  return 'device' in place ? { device: place.device, inherited: 'true', limit } : { fleet: place.fleet, limit }
}

export function setVariable(variable: SetVariable): Promise<VariableView> {
  return answer(api.PUT('/api/v1/variables', { body: variable }))
}

export async function removeVariable(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/variables/{id}', { params: { path: { id } } }))
}
