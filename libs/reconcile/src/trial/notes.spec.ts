import { describe, expect, it } from '@jest/globals'
import { RejectionSchema } from '@flotilla/contracts'
import type { DeviceMemory, Verdict } from '../memory.js'
import { APP_ID, targetOf } from '../testing/targets.js'
import { liveFor } from '../testing/trial-world.js'
import { confirmedDevice } from '../testing/updates.js'
import { appFingerprint } from './app-fingerprint.js'
import { noteConfirmed, noteRestored, noteSnapshot, noteStart, permit } from './notes.js'
import { reject } from './reject.js'

const bad = targetOf({ release: 2, services: { web: { version: 2 } } })
// A device that is being watched, or is about to be.
const after = (seconds: number): DeviceMemory =>
  liveFor(confirmedDevice({ services: { web: {} } }), bad, seconds).world.engine.current.memory!

describe('a rejection', () => {
  const trying = (): DeviceMemory => after(5)
  const verdict: Verdict = {
    appId: APP_ID,
    fingerprint: appFingerprint(bad.apps[0]!),
    code: 'exited',
    reason: 'web ended with exit code 1. '.repeat(200),
    services: [{ service: 'web', containerId: 'c1', reason: 'web ended with exit code 1.' }],
    forces: [],
  }
  const lines = Array.from({ length: 80 }, (_, i) => `line ${i} ${'x'.repeat(1000)}`)

  it('holds what a report may hold: the last lines of each service, and no more of anything', () => {
    const evidence = { web: { exitCode: 1, oomKilled: false, healthOutput: 'h'.repeat(9000), lastLines: lines } }
    const { memory } = reject(trying(), verdict, { at: Date.UTC(2026, 10, 21), evidence })
    const rejection = RejectionSchema.parse(memory[APP_ID]?.rejected?.rejection)
    expect(rejection).toMatchObject({
      at: '2026-11-21T00:00:00.000Z',
      version: '2.0.0',
      services: { web: { exitCode: 1 } },
    })
    expect(rejection.services.web?.lastLines?.endsWith(lines.at(-1)!)).toBe(true)
    expect(rejection.services.web?.lastLines).not.toContain('line 29 ')
  })

  it('of what is no longer tried changes nothing', () => {
    const memory = trying()
    const late = { ...verdict, fingerprint: 'another' }
    expect(reject(memory, late, { at: 0, evidence: {} })).toEqual({ memory, events: [] })
  })

  it('is reported with evidence of every service that failed, also without any', () => {
    const { memory } = reject(trying(), verdict, { at: 0, evidence: {} })
    expect(memory[APP_ID]?.rejected?.rejection.services).toEqual({ web: { reason: 'web ended with exit code 1.' } })
  })
})

describe('notes of what was done', () => {
  const fingerprint = appFingerprint(bad.apps[0]!)
  const memory = (): DeviceMemory => after(1)
  const begin = { kind: 'begin-switch', appId: APP_ID, fingerprint, version: '2.0.0' } as const
  const copy = { appId: APP_ID, key: 'data', name: 'vol', snapshotId: 's1', fingerprint }

  it('may be written twice', () => {
    const permitted = permit(memory(), begin)
    expect(permitted[APP_ID]?.trial?.isPermitted).toBe(true)
    expect(permit(permitted, begin)).toEqual(permitted)
    const taken = noteSnapshot(permitted, { kind: 'snapshot-volume', ...copy, maxBytes: 1 })
    expect(noteSnapshot(taken, { kind: 'snapshot-volume', ...copy, maxBytes: 1 })).toEqual(taken)
    expect(taken[APP_ID]?.trial?.snapshots).toEqual({ vol: 's1' })
  })

  it('that come too late permit nothing, and leave no snapshot behind', () => {
    expect(permit(memory(), { ...begin, fingerprint: 'former' })).toEqual(memory())
    const late = noteSnapshot(memory(), { kind: 'snapshot-volume', ...copy, fingerprint: 'former', maxBytes: 1 })
    expect(late[APP_ID]?.oldSnapshots).toEqual(['s1'])
    expect(noteRestored(memory(), { kind: 'restore-volume', ...copy })).toEqual(memory())
  })

  it('keep a snapshot that is taken once more, by force, from being cleared away', () => {
    const app = { ...permit(memory(), begin)[APP_ID], oldSnapshots: ['s0', 's1'] }
    const taken = noteSnapshot({ [APP_ID]: app }, { kind: 'snapshot-volume', ...copy, maxBytes: 1 })
    expect(taken[APP_ID]).toMatchObject({ oldSnapshots: ['s0'], trial: { snapshots: { vol: 's1' } } })
  })

  it('count a confirmation only of what is being watched', () => {
    const said = { appId: APP_ID, service: 'web' }
    expect(noteConfirmed(memory(), said)).toEqual(memory())
    const permitted = permit(memory(), begin)
    const confirmed = noteConfirmed(noteConfirmed(permitted, said), said)
    expect(confirmed[APP_ID]?.trial?.confirmedBy).toEqual(['web'])
  })

  it('count a start only in the middle of a watch', () => {
    expect(noteStart(memory())).toEqual(memory())
    expect(noteStart(permit(memory(), begin))[APP_ID]?.trial?.starts).toBe(1)
  })
})
