import type { VariableView } from '@flotilla/contracts'

/** A variable as a list shows it. */
export interface VariableRow {
  variable: VariableView
  /** Set on the fleet, seen from a device. */
  inherited: boolean
  /** The device has one of its own in its place. */
  overridden: boolean
}

/** Variables by name and service; of a device's list, its own right after those that they override. */
export function variableRows(variables: VariableView[], of: 'fleet' | 'device'): VariableRow[] {
  const own = new Set(variables.filter((variable) => variable.deviceId).map(coordinates))
  return variables
    .map((variable) => {
      const inherited = of === 'device' && variable.deviceId === undefined
      return { variable, inherited, overridden: inherited && isOverridden(variable, own) }
    })
    .sort((a, b) => compare(a.variable, b.variable))
}

// A device's variable for every service comes after all of the fleet's, also after the fleet's for one service.
function isOverridden(variable: VariableView, own: Set<string>): boolean {
  return own.has(coordinates(variable)) || own.has(coordinates({ ...variable, service: undefined }))
}

function coordinates({ kind, name, service }: Pick<VariableView, 'kind' | 'name' | 'service'>): string {
  return [kind, name, service ?? ''].join(' ')
}

function compare(a: VariableView, b: VariableView): number {
  return (
    a.kind.localeCompare(b.kind) * -1 ||
    a.name.localeCompare(b.name) ||
    (a.service ?? '').localeCompare(b.service ?? '') ||
    Number(a.deviceId !== undefined) - Number(b.deviceId !== undefined)
  )
}
