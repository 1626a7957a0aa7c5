import { describe, expect, it } from '@jest/globals'
import { runAll } from './run-all.js'

describe('tasks of upkeep', () => {
  const done: string[] = []
  const task = (name: string) => async () => void done.push(await Promise.resolve(name))
  const failing = (name: string) => () => Promise.reject(new Error(name))

  it('are all run, whatever becomes of one, and what failed is told', async () => {
    await expect(runAll([task('a'), failing('b'), task('c')])).rejects.toThrow('b')
    expect(done).toEqual(['a', 'c'])
    const failure: unknown = await runAll([failing('a'), failing('b')]).catch((error: unknown) => error)
    expect((failure as AggregateError).errors.map(String)).toEqual(['Error: a', 'Error: b'])
    await runAll([task('d')])
  })
})
