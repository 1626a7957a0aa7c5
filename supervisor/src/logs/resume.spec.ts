import { describe, expect, it } from '@jest/globals'
import { moveCursor, resumePoint } from './resume.js'

describe('where a log is read on', () => {
  const at = '2026-11-21T08:00:00.123456789Z'
  const started = Date.parse('2026-11-21T07:00:00Z')

  it('is its beginning where it was never read', () => {
    expect(resumePoint(undefined, started)).toEqual({ known: 0 })
  })

  it('is the last line, of which those of the same moment are known', () => {
    const cursor = moveCursor(moveCursor(undefined, at, started), at, started)
    expect(resumePoint(cursor, started)).toEqual({ since: at, known: 2 })
  })

  it('is the last line of the run before, where that came before', () => {
    const cursor = moveCursor(undefined, at, started)
    expect(resumePoint(cursor, Date.parse('2026-11-21T09:00:00Z'))).toEqual({ since: at, known: 1 })
  })

  it('is the beginning of a run that began in the past of the one before: the clock was set back', () => {
    const cursor = moveCursor(undefined, at, started)
    const earlier = Date.parse('2026-11-21T06:00:00Z')
    expect(resumePoint(cursor, earlier)).toEqual({ since: '2026-11-21T06:00:00.000Z', known: 0 })
  })
})
