import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { RowCache } from './row-cache.js'

/** A table whose queries end when the test says so, with what was in it when they began. */
class SlowTable {
  readonly rows = new Map<string, number>()
  readonly queries: { ids: string[]; end: () => void }[] = []

  readonly load = (ids: string[]) => {
    const found = new Map(ids.flatMap((id) => (this.rows.has(id) ? [[id, this.rows.get(id) ?? 0]] : [])))
    return new Promise<Map<string, number>>((resolve) => this.queries.push({ ids, end: () => resolve(found) }))
  }

  /** Ends every query there is, and those that follow. */
  async run(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      await new Promise(setImmediate)
      const ended = this.queries.splice(0)
      for (const query of ended) query.end()
      quiet = ended.length === 0 ? quiet + 1 : 0
    }
  }
}

describe('a cache of rows', () => {
  it('loads what is asked for together with one query, and once', async () => {
    const table = new SlowTable()
    table.rows.set('a', 1).set('b', 2)
    const cache = new RowCache(table.load)
    const asked = Promise.all(['a', 'b', 'a', 'none'].map((id) => cache.get(id)))
    await new Promise(setImmediate)
    expect(table.queries.map((query) => query.ids)).toEqual([['a', 'b', 'none']])
    await table.run()
    expect(await asked).toEqual([1, 2, 1, undefined])
    expect([cache.peek('a'), cache.peek('none')]).toEqual([1, undefined])
    await cache.get('a')
    expect(table.queries).toEqual([])
  })

  it('loads again what is forgotten while it is loaded', async () => {
    const table = new SlowTable()
    table.rows.set('a', 1)
    const cache = new RowCache(table.load)
    const asked = cache.get('a')
    await new Promise(setImmediate)
    table.rows.set('a', 2)
    cache.forget('a')
    await table.run()
    expect([await asked, cache.peek('a')]).toEqual([2, 2])
  })

  it('does not remember that a query failed', async () => {
    let fails = true
    const cache = new RowCache((ids) =>
      fails ? Promise.reject(new Error('no database')) : Promise.resolve(new Map(ids.map((id) => [id, 1]))),
    )
    await expect(cache.get('a')).rejects.toThrow('no database')
    fails = false
    expect(await cache.get('a')).toBe(1)
  })

  it('never holds an old row after it was told to forget it', async () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b'),
      what: fc.constantFrom('ask', 'change', 'end a query', 'wait', 'forget all'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const table = new SlowTable()
        const cache = new RowCache(table.load)
        let value = 0
        for (const { id, what } of steps) {
          if (what === 'ask') void cache.get(id)
          if (what === 'wait') await new Promise(setImmediate)
          if (what === 'end a query') table.queries.shift()?.end()
          if (what === 'forget all') cache.forgetAll()
          if (what === 'change') {
            table.rows.set(id, ++value)
            cache.forget(id)
          }
        }
        const asked = Promise.all(['a', 'b'].map((id) => cache.get(id)))
        await table.run()
        expect(await asked).toEqual(['a', 'b'].map((id) => table.rows.get(id)))
      }),
    )
  })
})
