import { z } from 'zod'

/** What the board remembers of bundles. */
export const StoredBundlesSchema = z.object({
  // The latest that was accepted, until the board runs what it brought, or something else. Absent: nothing is expected.
  expected: z
    .object({
      name: z.string(),
      way: z.enum(['usb', 'folder', 'local-api', 'lan']),
      createdAt: z.string(),
      releaseId: z.string(),
      release: z.string(),
      generation: z.int().nonnegative(),
    })
    .optional(),
  // Refusals that were told of, the latest last: a stick that stays in a board is found again at each start.
  refusals: z.array(z.string()),
})
export type StoredBundles = z.infer<typeof StoredBundlesSchema>
export type ExpectedBundle = NonNullable<StoredBundles['expected']>

export const NO_BUNDLES: StoredBundles = { refusals: [] }

const MOST_REFUSALS = 32

export function withRefusal({ refusals, ...others }: StoredBundles, refusal: string): StoredBundles {
  return { ...others, refusals: [...refusals.filter((it) => it !== refusal), refusal].slice(-MOST_REFUSALS) }
}

export function withExpected({ refusals }: StoredBundles, expected: ExpectedBundle | undefined): StoredBundles {
  return { ...(expected && { expected }), refusals }
}
