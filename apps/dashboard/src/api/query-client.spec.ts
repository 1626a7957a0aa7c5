import { afterEach, describe, expect, it } from '@jest/globals'
import { ApiProblem } from '@flotilla/api-client'
import type { QueryClient } from '@tanstack/react-query'
import { createQueryClient } from './query-client.js'

function problem(status: number): ApiProblem {
  return ApiProblem.from(new Response(null, { status }), undefined)
}

describe('what a page reads', () => {
  let client: QueryClient
  afterEach(() => client.clear())

  /** How often it is asked for where the first two answers are this failure. */
  async function asked(failure: Error): Promise<number> {
    client = createQueryClient(() => undefined)
    let count = 0
    const queryFn = () => (++count < 3 ? Promise.reject(failure) : Promise.resolve('read'))
    await client.fetchQuery({ queryKey: ['thing'], queryFn }).catch(() => undefined)
    return count
  }

  it.each([
    ['the server cannot be reached', new TypeError('fetch failed'), 3],
    ['its database is away', problem(503), 3],
    ['there is no such thing', problem(404), 1],
  ])('is asked for again only where that may help: %s', async (_what, failure, times) => {
    expect(await asked(failure)).toBe(times)
  })
})
