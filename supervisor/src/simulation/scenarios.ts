/*
 * What a board goes through in the power-cut sweep: from a release that runs to another target, and what must be true
 * in the end, wherever the power went.
 */
import type { ServiceSpecInput, TargetInput } from '@flotilla/contracts'
import type { Program } from '../edge/fake/fake-container.js'
import { app, fakeImage, imageName, service, type AppInput } from '../testing/targets.js'

export interface Scenario {
  name: string
  /** What runs, settled and confirmed, before the change. Absent: nothing. */
  before?: AppInput
  change: AppInput
  changeTarget?: Partial<TargetInput>
  /** The release that runs in the end, and the one that was given up for it. */
  ends: { release: AppInput; rejected?: AppInput }
  /**
   * For how long, of the time with power, a service that runs before and after may have no running container: what its
   * strategy needs, and the time that a board takes to find its way after a cut.
   */
  longestGapMs: number
  /** Its target and images come with a stick: there is no link until the images are there, and no registry at all. */
  isFromStick?: boolean
  /** Key of a volume → the images that wrote into it, in the end. Absent: not looked at. */
  volume?: string[]
}

export const PULL_MS = 10_000
const CONFIRM_SECONDS = 20
const FINDING_MS = 15_000
const HEALTHCHECK = { test: ['CMD', 'check'], intervalMs: 2_000, retries: 1 }

/** By the name of the image: what it does when it is started. */
export const PROGRAMS: Record<string, Program> = {
  'registry.test/web-crashing': {
    exitsAfterMs: 500,
    exitCode: 1,
    prints: [{ stream: 'stderr', text: 'no such table' }],
  },
  'registry.test/web-ending': { exitsAfterMs: 500, exitCode: 0 },
  'registry.test/web-unhealthy': { isUnhealthy: true },
  'registry.test/web-greedy': { exitsAfterMs: 500, isOomKilled: true },
  'registry.test/job': { exitsAfterMs: 1_000, exitCode: 0 },
}

const policy = { confirmSeconds: CONFIRM_SECONDS }
const data = [{ type: 'volume' as const, source: 'data', target: '/data' }]
const KEPT = { data: { labels: { 'io.flotilla.snapshot': 'true' } } }

/** A store with a volume, a one-shot that prepares it, an api behind both and a page: `web` is the image of the page. */
function stack(release: number, web: string, config: ServiceSpecInput = {}, storeImage = 'store-1'): AppInput {
  return app(
    release,
    {
      store: service(fakeImage(storeImage), { healthcheck: HEALTHCHECK, volumes: data }),
      job: service(fakeImage('job'), {
        restart: { name: 'no' },
        dependsOn: { store: { condition: 'service_healthy' } },
      }),
      web: service(fakeImage(web), {
        healthcheck: HEALTHCHECK,
        dependsOn: { job: { condition: 'service_completed_successfully' } },
        ...config,
      }),
    },
    { volumes: KEPT },
  )
}

const strategy = (name: string): ServiceSpecInput => ({ labels: { 'io.flotilla.update.strategy': name } })
const writes = (...names: string[]) => names.map((name) => imageName(fakeImage(name)))

function update(name: string, before: AppInput, change: AppInput, longestGapMs: number): Scenario {
  return { name, before, change, changeTarget: { policy }, ends: { release: change }, longestGapMs }
}

function rollback(name: string, bad: AppInput, longestGapMs: number): Scenario {
  const before = stack(1, 'web-1')
  return { name, before, change: bad, changeTarget: { policy }, ends: { release: before, rejected: bad }, longestGapMs }
}

const first = stack(1, 'web-1')

export const SCENARIOS: Scenario[] = [
  { name: 'first release', change: first, changeTarget: { policy }, ends: { release: first }, longestGapMs: Infinity },
  update('update, download-then-kill', first, stack(2, 'web-2'), FINDING_MS),
  {
    ...update('update of all, with its volume', first, stack(2, 'web-2', {}, 'store-2'), FINDING_MS),
    volume: writes('store-1', 'store-2'),
  },
  { ...update('update from a stick', first, stack(2, 'web-2', {}, 'store-2'), FINDING_MS), isFromStick: true },
  update(
    'update, kill-then-download',
    stack(1, 'web-1', strategy('kill-then-download')),
    stack(2, 'web-2', strategy('kill-then-download')),
    2 * PULL_MS + 2 * FINDING_MS,
  ),
  update(
    'update, delete-then-download',
    stack(1, 'web-1', strategy('delete-then-download')),
    stack(2, 'web-2', strategy('delete-then-download')),
    2 * PULL_MS + 2 * FINDING_MS,
  ),
  update(
    'update, hand-over',
    stack(1, 'web-1', strategy('hand-over')),
    stack(2, 'web-2', strategy('hand-over')),
    FINDING_MS,
  ),
  rollback('rollback, crash loop', stack(2, 'web-crashing'), 30_000 + 2 * FINDING_MS),
  rollback('rollback, ends with 0', stack(2, 'web-ending'), 30_000 + 2 * FINDING_MS),
  rollback('rollback, unhealthy', stack(2, 'web-unhealthy'), FINDING_MS),
  rollback('rollback, out of memory', stack(2, 'web-greedy'), 30_000 + 2 * FINDING_MS),
  {
    ...rollback('rollback with the data', stack(2, 'web-unhealthy', {}, 'store-2'), 2 * FINDING_MS),
    volume: writes('store-1'),
  },
  {
    ...rollback('rollback, hand-over', stack(2, 'web-unhealthy', strategy('hand-over')), FINDING_MS),
    before: stack(1, 'web-1', strategy('hand-over')),
    ends: {
      release: stack(1, 'web-1', strategy('hand-over')),
      rejected: stack(2, 'web-unhealthy', strategy('hand-over')),
    },
  },
  update(
    'another volume and network',
    first,
    {
      ...stack(2, 'web-1', { volumes: [{ type: 'volume', source: 'more', target: '/more' }], networks: { back: {} } }),
      volumes: { ...KEPT, more: {} },
      networks: { back: {} },
    },
    FINDING_MS,
  ),
]
