import { expect, it } from '@jest/globals'
import { bridgeAddress } from './bridge-address.js'

it('is what the engine says', () => {
  expect(bridgeAddress([{ Subnet: '10.9.0.0/24', Gateway: '10.9.0.254' }])).toBe('10.9.0.254')
  expect(
    bridgeAddress([
      { Subnet: 'fd00::/64', Gateway: 'fd00::1' },
      { Subnet: '10.9.0.0/24', Gateway: '10.9.0.1' },
    ]),
  ).toBe('10.9.0.1')
})

it.each([
  ['172.17.0.0/16', '172.17.0.1'],
  ['192.168.240.0/20', '192.168.240.1'],
  ['10.1.2.77/28', '10.1.2.65'],
])('is the first of %s where the engine made the bridge itself and does not say', (subnet, address) => {
  expect(bridgeAddress([{ Subnet: 'fd00::/64' }, { Subnet: subnet }])).toBe(address)
})

it('is none where there is no network of IPv4', () => {
  expect(bridgeAddress([{ Subnet: 'fd00::/64', Gateway: 'fd00::1' }])).toBeUndefined()
  expect(bridgeAddress([])).toBeUndefined()
  expect(bridgeAddress(undefined)).toBeUndefined()
})
