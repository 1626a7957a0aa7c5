import { describe, expect, it } from '@jest/globals'
import type { VariableView } from '@flotilla/contracts'
import { variableRows } from './variable-rows.js'

const AT = '2026-11-21T12:00:00Z'
const fleet = (name: string, service?: string): VariableView => ({
  id: `fleet ${name} ${service ?? ''}`,
  fleetId: 'f',
  ...(service && { service }),
  kind: 'environment',
  name,
  value: 'x',
  secret: false,
  updatedAt: AT,
})
const device = (name: string, service?: string): VariableView => ({
  ...fleet(name, service),
  id: `device ${name} ${service ?? ''}`,
  fleetId: undefined,
  deviceId: 'd',
})

const told = (variables: VariableView[]) =>
  variableRows(variables, 'device').map((row) => [row.variable.id.trim(), row.overridden])

describe('variableRows', () => {
  it('marks what the fleet set and the device set anew', () => {
    expect(told([device('TZ'), fleet('TZ'), fleet('LANG')])).toEqual([
      ['fleet LANG', false],
      ['fleet TZ', true],
      ['device TZ', false],
    ])
  })

  it('lets a device variable of every service override what the fleet set for one', () => {
    expect(told([fleet('TZ', 'web'), device('TZ')])).toEqual([
      ['device TZ', false],
      ['fleet TZ web', true],
    ])
  })

  it('does not let a device variable of one service override what the fleet set for every service', () => {
    expect(told([fleet('TZ'), device('TZ', 'web')])).toEqual([
      ['fleet TZ', false],
      ['device TZ web', false],
    ])
  })

  it('overrides for one service what the fleet set for that service alone', () => {
    expect(told([fleet('TZ', 'web'), fleet('TZ', 'db'), device('TZ', 'web')])).toEqual([
      ['fleet TZ db', false],
      ['fleet TZ web', true],
      ['device TZ web', false],
    ])
  })

  it('inherits nothing in the list of a fleet', () => {
    expect(variableRows([fleet('TZ')], 'fleet')[0]).toMatchObject({ inherited: false, overridden: false })
  })
})
