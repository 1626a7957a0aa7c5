import { describe, expect, it } from '@jest/globals'
import { handoverTimeoutMs, isStoppedFirst, strategyOf } from './labels.js'

describe('the labels of a service', () => {
  it.each(['io.flotilla', 'io.balena', 'io.resin'])('mean the same in the namespace %s', (namespace) => {
    const labels = { [`${namespace}.update.strategy`]: 'hand-over', [`${namespace}.update.handover-timeout`]: '5000' }
    expect(strategyOf({ labels })).toBe('hand-over')
    expect(handoverTimeoutMs({ labels })).toBe(5000)
  })

  it('count as they are written for Flotilla where they are written for both', () => {
    const labels = {
      'io.balena.update.strategy': 'hand-over',
      'io.flotilla.update.strategy': 'kill-then-download',
    }
    expect(strategyOf({ labels })).toBe('kill-then-download')
  })

  it.each(['', 'kill', 'Hand-Over', 'constructor', 'download-then-kill'])(
    'fall back from %j to the default',
    (value) => {
      expect(strategyOf({ labels: { 'io.flotilla.update.strategy': value } })).toBe('download-then-kill')
      expect(strategyOf({ labels: {} })).toBe('download-then-kill')
    },
  )

  it.each(['', '-5', '1.5', 'soon', '1e9', '99999999999999999999'])('have no time to hand over of %j', (value) => {
    expect(handoverTimeoutMs({ labels: { 'io.flotilla.update.handover-timeout': value } })).toBe(60_000)
  })

  it('never keep two containers side by side for longer than a day', () => {
    expect(handoverTimeoutMs({ labels: { 'io.flotilla.update.handover-timeout': '999999999999' } })).toBe(86_400_000)
    expect(handoverTimeoutMs({ labels: { 'io.flotilla.update.handover-timeout': '0' } })).toBe(0)
  })

  it('tell which services stop before their image is fetched', () => {
    const first = (strategy: string) => isStoppedFirst({ labels: { 'io.flotilla.update.strategy': strategy } })
    expect(['download-then-kill', 'kill-then-download', 'delete-then-download', 'hand-over'].map(first)).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})
