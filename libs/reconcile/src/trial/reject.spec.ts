import { describe, expect, it } from '@jest/globals'
import type { DeviceMemory, Verdict } from '../memory.js'
import { reject, type Evidence } from './reject.js'

const APP = '0d5f5e51-6f1c-4a43-9c4f-0f6a3e1a7c11'
const RELEASE = '3f0b7c52-8a54-4a0e-9c1b-000000000002'

function reasonFor(reason: string, evidence: Evidence): string | undefined {
  const trial = { fingerprint: 'f', releaseId: RELEASE, version: '2', isPermitted: true, starts: 0 }
  const memory: DeviceMemory = { [APP]: { trial: { ...trial, snapshots: {}, confirmedBy: [], failures: 0 } } }
  const services = [{ service: 'web', reason }]
  const verdict: Verdict = { appId: APP, fingerprint: 'f', code: 'unhealthy', reason, services, forces: [] }
  return reject(memory, verdict, { at: 0, evidence: { web: evidence } }).memory[APP]?.trial?.lastFailure?.reason
}

describe('the reason why a release is given up', () => {
  it('tells what the health check said last', () => {
    const healthOutput = 'probing\ncannot reach the sensor\n'
    expect(reasonFor('web is unhealthy.', { healthOutput, lastLines: [] })).toBe(
      'web is unhealthy: cannot reach the sensor',
    )
    expect(reasonFor('web is unhealthy.', { lastLines: [] })).toBe('web is unhealthy.')
  })

  it('tells of a program for another kind of processor', () => {
    const lastLines = ['exec /serve: exec format error']
    const reason = reasonFor('web ended with exit code 1, three times within 3 seconds.', { exitCode: 1, lastLines })
    expect(reason).toMatch(/three times within 3 seconds\. Its program is built for another kind of processor\.$/)
  })
})
