import { describe, expect, it } from '@jest/globals'
import type { BuildOutputLineView } from '@flotilla/contracts'
import { buildLine, buildSteps } from './build-lines.js'

const line = (kind: BuildOutputLineView['kind'], text: string, service?: string): BuildOutputLineView => ({
  id: text,
  at: '2026-11-21T12:00:00Z',
  kind,
  text,
  ...(service && { service }),
})

describe('buildSteps', () => {
  it('keeps for each service its last step, in the order in which they began', () => {
    const lines = [
      line('step', 'Building', 'web'),
      line('step', 'Building', 'db'),
      line('output', 'npm ci', 'web'),
      line('step', 'Pushing', 'web'),
      line('output', 'pushed 3 layers', 'web'),
      line('step', 'Release 3'),
    ]
    expect(buildSteps(lines)).toEqual([
      { service: 'web', last: 'Pushing', failed: false },
      { service: 'db', last: 'Building', failed: false },
    ])
  })

  it('remembers that a service failed', () => {
    expect(buildSteps([line('error', 'no such file', 'web'), line('output', 'bye', 'web')])[0]?.failed).toBe(true)
  })
})

describe('buildLine', () => {
  it('names the service of a line, where it has one', () => {
    expect(buildLine(line('error', 'no', 'web'))).toMatchObject({ tone: 'error', source: 'web' })
    expect(buildLine(line('step', 'done'))).not.toHaveProperty('source')
  })
})
