/*
 * A random life of a board: what happened to it, in order. Small values, so that a failing history shrinks to one that a
 * person can follow.
 */
import type { ServiceSpecInput, TargetInput } from '@flotilla/contracts'
import fc from 'fast-check'
import { app, fakeImage, service, type AppInput } from '../testing/targets.js'

export type HistoryEvent =
  | { do: 'deploy'; release: Variant }
  | { do: 'wait'; seconds: number }
  | { do: 'link'; isUp: boolean }
  | { do: 'cut-power' }
  // At the nth write from now.
  | { do: 'cut-power-at'; nth: number }
  | { do: 'restart-supervisor' }
  | { do: 'set-clock'; to: 'true' | 'past' | 'future' }
  | { do: 'lock'; service: string; seconds: number }
  // With what the board is to run now; or whatever is in it is pulled out.
  | { do: 'stick'; isIn: boolean }
  // The next writes to the engine fail.
  | { do: 'engine-trouble'; writes: number }

/** One release: its page's image and strategy, its store's image, and whether it may be switched to now. */
export interface Variant {
  web: keyof typeof WEB_IMAGES
  store: 1 | 2
  strategy?: 'kill-then-download' | 'delete-then-download' | 'hand-over'
  isWindowClosed: boolean
}

/** How each page behaves; the sweep's programs know them by their names. */
export const WEB_IMAGES = {
  one: 'web-1',
  two: 'web-2',
  three: 'web-3',
  crashing: 'web-crashing',
  ending: 'web-ending',
  unhealthy: 'web-unhealthy',
} as const

const variant: fc.Arbitrary<Variant> = fc.record(
  {
    web: fc.constantFrom(...(Object.keys(WEB_IMAGES) as (keyof typeof WEB_IMAGES)[])),
    store: fc.constantFrom(1 as const, 2 as const),
    strategy: fc.constantFrom('kill-then-download' as const, 'delete-then-download' as const, 'hand-over' as const),
    isWindowClosed: fc.boolean(),
  },
  { requiredKeys: ['web', 'store', 'isWindowClosed'] },
)

const event: fc.Arbitrary<HistoryEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deploy' as const), release: variant }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('link' as const), isUp: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stick' as const), isIn: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut-power' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('cut-power-at' as const), nth: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart-supervisor' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set-clock' as const),
      to: fc.constantFrom('true' as const, 'past' as const, 'future' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lock' as const),
      service: fc.constantFrom('web', 'store'),
      seconds: fc.integer({ min: 5, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('engine-trouble' as const), writes: fc.integer({ min: 1, max: 3 }) }),
  },
)

export const history: fc.Arbitrary<HistoryEvent[]> = fc.array(event, { minLength: 1, maxLength: 12 })

const HEALTHCHECK = { test: ['CMD', 'check'], intervalMs: 2_000, retries: 1 }

/** `release` numbers it: each deploy is a release of its own. */
export function appOf(release: number, { web, store, strategy }: Variant): AppInput {
  const page: ServiceSpecInput = {
    healthcheck: HEALTHCHECK,
    dependsOn: { store: { condition: 'service_healthy' } },
    ...(strategy && { labels: { 'io.flotilla.update.strategy': strategy } }),
  }
  return app(
    release,
    {
      store: service(fakeImage(`store-${store}`), {
        healthcheck: HEALTHCHECK,
        volumes: [{ type: 'volume', source: 'data', target: '/data' }],
      }),
      web: service(fakeImage(WEB_IMAGES[web]), page),
    },
    { volumes: { data: { labels: { 'io.flotilla.snapshot': 'true' } } } },
  )
}

/** The simulation begins on a Saturday at 8:00 UTC: a closed window opens at 8:40 every day. */
export function policyOf({ isWindowClosed }: Variant): TargetInput['policy'] {
  return {
    confirmSeconds: 20,
    ...(isWindowClosed && { switchWindows: [{ from: '08:40', to: '07:00' }] }),
  }
}
