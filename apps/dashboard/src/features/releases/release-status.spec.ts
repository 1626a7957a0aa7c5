import { describe, expect, it } from '@jest/globals'
import { buildStatus, releaseStatus } from './release-status.js'

describe('releaseStatus', () => {
  it('says first that a release was invalidated', () => {
    expect(releaseStatus({ status: 'final', invalidatedAt: '2026-11-21T12:00:00Z' }).label).toBe('Invalidated')
    expect(releaseStatus({ status: 'final' })).toEqual({ tone: 'good', label: 'Final' })
  })
})

describe('buildStatus', () => {
  it.each([
    [undefined, 'Waiting'],
    [0, 'Next in line'],
    [1, 'Waiting, 1 build before it'],
    [7, 'Waiting, 7 builds before it'],
  ])('tells the place in the queue: %p', (queuePosition, label) => {
    expect(buildStatus({ state: 'queued', queuePosition }).label).toBe(label)
  })
})
