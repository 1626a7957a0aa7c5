import { describe, expect, it } from '@jest/globals'
import { LineFeed, type LineSource } from './line-feed.js'

interface Line {
  id: string
}

const lines = (from: number, to: number): Line[] =>
  Array.from({ length: to - from + 1 }, (_, at) => ({ id: String(from + at) }))

/** Ends after the lines it was given; remembers from where it was followed. */
function source(parts: { newest?: Line[]; followed?: Line[]; older?: Line[]; failing?: Error }) {
  const asked: (string | undefined)[] = []
  const made: LineSource<Line> & { asked: typeof asked } = {
    asked,
    newest: () => Promise.resolve({ lines: parts.newest ?? [], hasOlder: parts.older !== undefined }),
    older: () => Promise.resolve({ lines: parts.older ?? [], hasOlder: false }),
    async *follow(after) {
      asked.push(after)
      yield* await Promise.resolve(parts.followed ?? [])
      if (parts.failing) throw parts.failing
    },
  }
  return made
}

const ids = (feed: LineFeed<Line>) => feed.read().lines.map((line) => line.id)

describe('LineFeed', () => {
  it('shows the newest lines, then those that follow, and ends with the stream', async () => {
    const from = source({ newest: lines(1, 2), followed: lines(3, 4) })
    const feed = new LineFeed(from)
    await feed.run(new AbortController().signal)
    expect(ids(feed)).toEqual(['1', '2', '3', '4'])
    expect(feed.read().phase).toBe('ended')
    expect(from.asked).toEqual(['2'])
  })

  it('goes on behind its last line when it runs again', async () => {
    const from = source({ newest: lines(1, 2), followed: lines(3, 3) })
    const feed = new LineFeed(from)
    await feed.run(new AbortController().signal)
    await feed.run(new AbortController().signal)
    expect(from.asked).toEqual(['2', '3'])
  })

  it('puts older lines before the others, once', async () => {
    const feed = new LineFeed(source({ newest: lines(3, 4), older: lines(1, 2) }))
    await feed.run(new AbortController().signal)
    await Promise.all([feed.loadOlder(), feed.loadOlder()])
    expect(ids(feed)).toEqual(['1', '2', '3', '4'])
    expect(feed.read().hasOlder).toBe(false)
  })

  it('keeps a bounded number of lines and says that there are older ones', async () => {
    const feed = new LineFeed(source({ followed: lines(1, 30) }), 10)
    await feed.run(new AbortController().signal)
    expect(ids(feed)).toEqual(lines(21, 30).map((line) => line.id))
    expect(feed.read().hasOlder).toBe(true)
  })

  it('keeps what came before a failure, and tells the failure', async () => {
    const error = new Error('gone')
    const feed = new LineFeed(source({ newest: lines(1, 1), followed: lines(2, 2), failing: error }))
    await feed.run(new AbortController().signal)
    expect(ids(feed)).toEqual(['1', '2'])
    expect(feed.read()).toMatchObject({ phase: 'failed', error })
  })

  it('takes leaving for no failure', async () => {
    const leaving = new AbortController()
    const from = source({ failing: new Error('aborted') })
    leaving.abort()
    const feed = new LineFeed(from)
    await feed.run(leaving.signal)
    expect(feed.read().phase).toBe('following')
  })
})
