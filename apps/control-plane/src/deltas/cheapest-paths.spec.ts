import { describe, expect, it } from '@jest/globals'
import type { DeltaDescription } from '@flotilla/contracts'
import fc from 'fast-check'
import { cheapestPaths } from './cheapest-paths.js'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
const delta = (from: string, to: string, sizeBytes: number): DeltaDescription => ({
  ...{ from, to, sizeBytes },
  digest: `${from}${to}`,
})
const names = (paths: ReturnType<typeof cheapestPaths>) =>
  paths.map(({ deltas, bytes }) => [deltas.map(({ digest }) => digest).join(' '), bytes])

const anyName = fc.constantFrom(...NAMES)
const anyDeltas = fc
  .array(fc.tuple(anyName, anyName, fc.integer({ min: 1, max: 50 })), { maxLength: 25 })
  .map((all) => [...new Map(all.map((one) => [`${one[0]}${one[1]}`, one])).values()].map((one) => delta(...one)))

/** Every chain that passes through no image twice, by trying all of them. */
function allChains(deltas: DeltaDescription[], from: string, to: string, passed: string[]): DeltaDescription[][] {
  if (from === to) return [[]]
  if (passed.length > 4) return []
  return deltas
    .filter((each) => each.from === from && !passed.includes(each.to))
    .flatMap((each) => allChains(deltas, each.to, to, [...passed, each.to]).map((rest) => [each, ...rest]))
}

describe('the cheapest paths', () => {
  it('come first, with the chain where it is cheaper than the direct delta', () => {
    const deltas = [delta('a', 'c', 10), delta('a', 'b', 3), delta('b', 'c', 4), delta('x', 'c', 1)]
    expect(names(cheapestPaths(deltas, { have: ['a'], to: 'c', belowBytes: 100 }))).toEqual([
      ['ab bc', 7],
      ['ac', 10],
    ])
  })

  it('begin at the image that is nearest, of those that the device has', () => {
    const deltas = [delta('a', 'b', 3), delta('b', 'c', 4)]
    expect(names(cheapestPaths(deltas, { have: ['a', 'b'], to: 'c', belowBytes: 100 }))).toEqual([['bc', 4]])
  })

  it('are none where the layers cost as little', () => {
    expect(cheapestPaths([delta('a', 'b', 3)], { have: ['a'], to: 'b', belowBytes: 3 })).toEqual([])
    expect(cheapestPaths([delta('a', 'b', 3)], { have: ['b', 'a'], to: 'b', belowBytes: 100 })).toEqual([])
  })

  it('have four links at most', () => {
    const chain = ['ab', 'bc', 'cd', 'de', 'ef'].map((pair) => delta(pair[0] ?? '', pair[1] ?? '', 1))
    expect(cheapestPaths(chain, { have: ['a'], to: 'f', belowBytes: 100 })).toEqual([])
    expect(names(cheapestPaths(chain, { have: ['b'], to: 'f', belowBytes: 100 }))).toEqual([['bc cd de ef', 4]])
  })

  it('are found in any tangle of deltas: never dearer than the best of all chains', () => {
    fc.assert(
      fc.property(anyDeltas, fc.uniqueArray(anyName, { maxLength: 3 }), anyName, (deltas, have, to) => {
        const found = cheapestPaths(deltas, { have, to, belowBytes: 80 })
        const bytesOf = (chain: DeltaDescription[]) => chain.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
        const best = have
          .filter(() => !have.includes(to))
          .flatMap((from) => allChains(deltas, from, to, [from]))
          .map(bytesOf)
          .filter((bytes) => bytes < 80)
        expect(found[0]?.bytes).toBe(best.length > 0 ? Math.min(...best) : undefined)
        for (const { deltas: chain, bytes } of found) {
          expect(have).toContain(chain[0]?.from)
          expect(chain.at(-1)?.to).toBe(to)
          expect(chain.every((link, at) => at === 0 || link.from === chain[at - 1]?.to)).toBe(true)
          expect(bytes).toBe(bytesOf(chain))
          expect(bytes).toBeLessThan(80)
        }
      }),
    )
  })
})
