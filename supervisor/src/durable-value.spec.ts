import { describe, expect, it } from '@jest/globals'
import { DurableValue } from './durable-value.js'
import { MemoryDocument } from './testing/memory-store.js'

describe('a durable value', () => {
  it('is shown to nobody before it is on disk', async () => {
    const document = new MemoryDocument<number[]>()
    const value = new DurableValue(document, [])
    const seen: unknown[] = []
    value.changed.add(() => seen.push(value.value))
    document.write = (next) => {
      seen.push(`write ${next.join()} while ${value.value.join()} holds`)
      return Promise.resolve()
    }
    await Promise.all([value.update((list) => [...list, 1]), value.update((list) => [...list, 2])])
    expect(seen).toEqual(['write 1 while  holds', [1], 'write 1,2 while 1 holds', [1, 2]])
  })

  it('stays as it was where the disk takes nothing, and goes on from there', async () => {
    const document = new MemoryDocument<number[]>()
    const value = new DurableValue(document, [])
    const { write } = document
    document.write = () => Promise.reject(new Error('disk full'))
    await expect(value.update(() => [1])).rejects.toThrow('disk full')
    expect(value.value).toEqual([])
    document.write = write.bind(document)
    await value.update((list) => [...list, 2])
    expect(await document.read()).toEqual([2])
  })

  it('costs no write where nothing changes', async () => {
    const document = new MemoryDocument<{ a: number }>()
    const value = new DurableValue(document, { a: 1 })
    await value.update(() => ({ a: 1 }))
    expect(document.writes).toBe(0)
  })
})
