import { describe, expect, it } from '@jest/globals'
import type { Doing } from './device-watch.repository.js'
import { givenUpLines, newsOf, runningText, type Said, standingText } from './follow-lines.js'

function downloading(doneBytes: number, bytesPerSecond?: number): Doing {
  const web = { status: 'downloading', download: { doneBytes, neededBytes: 50_000_000, bytesPerSecond, way: 'layers' } }
  return { device: 'attic', activity: 'updating', explanation: 'Downloading …', services: { web } } as Doing
}

function saying(explanation: string | null, activity: Doing['activity'] = 'waiting'): Doing {
  return { device: 'attic', activity, explanation, services: {} }
}

/** What is said of states that come in this order, each with the second in which it does. */
function said(...states: [second: number, doing: Doing][]): string[] {
  const lines: Said[] = []
  for (const [second, doing] of states) {
    const news = newsOf(doing, lines.at(-1), second * 1000)
    if (news) lines.push(news)
  }
  return lines.map(({ text }) => text)
}

describe('the news of a device that gets a release', () => {
  it('say how far a download is, and when it may be done', () => {
    const line = 'downloads: 12.3 MB of 50.0 MB (24 %), 1.2 MB/s, about 31 s left'
    expect(said([0, downloading(12_345_678, 1_200_000)])).toEqual([line])
    expect(said([0, downloading(0)])).toEqual(['downloads: 0 B of 50.0 MB (0 %)'])
  })

  it('come with each tenth of a download, not with each report', () => {
    const states = [0, 1, 2, 3, 4, 5, 6, 7].map((i): [number, Doing] => [i * 4, downloading(i * 2_000_000)])
    expect(said(...states)).toHaveLength(3)
  })

  it('come from a slow download, too, now and then', () => {
    expect(said([0, downloading(1000)], [29, downloading(2000)], [31, downloading(3000)])).toHaveLength(2)
    expect(said([0, downloading(1000)], [31, downloading(1000)])).toHaveLength(1)
  })

  it('come seconds apart, the latest first', () => {
    const states: [number, Doing][] = [
      [0, downloading(0)],
      [1, downloading(20_000_000)],
      [2, downloading(40_000_000)],
      [3, saying('Stopping web: its image changes.', 'updating')],
    ]
    expect(said(...states)).toEqual(['downloads: 0 B of 50.0 MB (0 %)', 'Stopping web: its image changes.'])
  })

  it('are the first sentence of what it says, once, whatever time it gives', () => {
    const states: [number, Doing][] = [
      [0, saying('Waiting for 2 more minutes.\nAnd more.')],
      [10, saying('Waiting for 1 more minute.'.replace('minute', 'minutes'))],
      [20, saying('web is locked.')],
    ]
    expect(said(...states)).toEqual(['Waiting for 2 more minutes.', 'web is locked.'])
  })

  it('are none of a device that is as it should be, or says nothing', () => {
    expect(said([0, saying('All is well.', 'settled')], [9, saying(null)], [18, saying('', null)])).toEqual([])
    expect(said([0, saying(null, 'failing')])).toEqual(['something fails'])
  })
})

describe('a large fleet', () => {
  it('is summed up', () => {
    expect(standingText({ online: 40, running: 0, updating: 12, waiting: 1, failing: 2 })).toBe(
      '0 of 40 devices online run it; 12 update, 1 waits, 2 fail',
    )
    expect(standingText({ online: 6, running: 1, updating: 0, waiting: 0, failing: 0 })).toBe(
      '1 of 6 devices online runs it',
    )
  })

  it('has the first devices named, and the rest counted', () => {
    expect(runningText(['attic'], 1, 1)).toBe('attic')
    expect(runningText(['attic', 'roof'], 9, 12)).toBe('attic, roof and 7 more: 9 of 12 devices online')
    expect(runningText(['attic', 'roof'], 2, 0)).toBe('attic, roof: 2 of 2 devices online')
  })
})

describe('a release that was given up', () => {
  const rejection = {
    reason: 'web ended with exit code 137, three times.',
    services: {
      web: {
        reason: 'web ended with exit code 137, three times.',
        oomKilled: true,
        healthOutput: 'connection refused\n',
        lastLines: `${Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n')}\n\x1b]0;owned\x07${'x'.repeat(500)}`,
      },
    },
  }

  it('is told of with what the device saw, the end of it, and nothing that a terminal would obey', () => {
    const lines = givenUpLines({ device: 'attic', rejection, isFinal: true, goesBackTo: '1-abc' })
    expect(lines.slice(0, 6)).toEqual([
      ' !     attic refuses it: web ended with exit code 137, three times.',
      ' !     web was killed for want of memory.',
      ' !     The health check of web printed last:',
      '       | connection refused',
      ' !     The log of web ends with:',
      '       | line 11',
    ])
    expect(lines.at(-1)).toBe(' !     It goes back to 1-abc.')
    expect(lines.at(-2)).toMatch(/^ {7}\| x{199}…$/)
    expect(lines).toHaveLength(26)
  })

  it('is tried again where there is none to go back to', () => {
    const bad = { device: 'attic', rejection: { reason: 'web is unhealthy.' }, goesBackTo: null }
    const lines = givenUpLines({ ...bad, isFinal: false })
    expect(lines).toEqual([
      ' !     attic fails with it: web is unhealthy.',
      ' !     It has no release to go back to, and tries this one again.',
    ])
    expect(givenUpLines({ ...bad, isFinal: true }).at(-1)).toBe(' !     It goes back to its last good release.')
  })
})
