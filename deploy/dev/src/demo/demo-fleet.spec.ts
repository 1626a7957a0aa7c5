import { describe, expect, it } from '@jest/globals'
import { publishesPort, type DeviceTarget } from './demo-fleet.js'

describe('the page of the demo app', () => {
  const target = (...ports: { target: number; published?: number }[]) =>
    ({
      generation: 1,
      target: { apps: [{ services: { other: { ports: [] }, web: { ports } } }] },
    }) as unknown as DeviceTarget

  it('is waited for where the app that the device should run has its port', () => {
    expect(publishesPort(target({ target: 8080, published: 8000 }), 8000)).toBe(true)
  })

  it('is not waited for where a person has deployed another app', () => {
    expect(publishesPort(target({ target: 8080, published: 8001 }), 8000)).toBe(false)
    expect(publishesPort(target({ target: 8000 }), 8000)).toBe(false)
    expect(publishesPort({ generation: 1, target: { apps: [] } } as unknown as DeviceTarget, 8000)).toBe(false)
  })
})
