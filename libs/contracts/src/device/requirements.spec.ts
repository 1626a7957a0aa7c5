import { describe, expect, it } from '@jest/globals'
import { hasVersions, requirementOfLabel } from './requirements.js'

describe('a label', () => {
  it.each(['io.flotilla', 'io.balena', 'io.resin'])('of %s says what a service requires', (namespace) => {
    expect(requirementOfLabel(`${namespace}.features.requires.hw.device-type`)).toBe('hw.device-type')
  })

  it.each([
    'io.flotilla.features.requires.',
    'io.flotilla.features.optional',
    'com.example.features.requires.sw.linux',
  ])('%s requires nothing', (label) => expect(requirementOfLabel(label)).toBeUndefined())

  it('asks for software by its version, and for all else by its name', () => {
    expect(['sw.linux', 'sw.l4t', 'sw.container', 'arch.sw', 'hw.device-type'].filter(hasVersions)).toEqual([
      'sw.linux',
      'sw.l4t',
    ])
  })
})
