import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { UpdatePolicySchema, type Target } from '@flotilla/contracts'
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiskSnapshots } from '../edge/volumes/disk-snapshots.js'
import { CloudError } from '../errors.js'
import { Listeners } from '../listeners.js'
import type { Core } from '../part.js'
import { makeDisk, openSnapshots, type TestDisk } from '../testing/disks.js'
import { eventually } from '../testing/eventually.js'
import { MemorySnapshotCloud } from '../testing/memory-snapshot-cloud.js'
import { silentLog } from '../testing/memory-store.js'
import { skippingClock } from '../testing/skipping-clock.js'
import { APP_ID } from '../testing/steps.js'
import { Pace } from '../pace.js'
import { SnapshotKeeper } from './snapshot-keeper.js'
import { SnapshotUploads } from './snapshot-uploads.js'

const HOUR_MS = 3_600_000

describe('snapshots that are uploaded by schedule', () => {
  let disk: TestDisk
  let cloud: MemorySnapshotCloud
  let snapshots: DiskSnapshots
  let keeper: SnapshotKeeper
  let events: { kind: string; at: number }[]
  let stop: () => Promise<void>
  beforeEach(async () => {
    disk = await makeDisk('plain')
    const data = join(disk.path, 'volumes/v/_data')
    await mkdir(data, { recursive: true })
    await writeFile(join(data, 'file'), 'content')
    cloud = new MemorySnapshotCloud()
    events = []
    const engine = {
      observe: () =>
        Promise.resolve({
          ...{ containers: [], networks: [], images: [] },
          volumes: [
            { name: 'v', appId: APP_ID, key: 'data' },
            { name: 'w', appId: APP_ID, key: 'unmarked' },
          ],
        }),
      volumePath: () => Promise.resolve(data),
    }
    snapshots = openSnapshots(disk.path, randomUUID())
    keeper = new SnapshotKeeper(snapshots, engine)
    stop = start(engine)
  })
  afterEach(async () => {
    await stop()
    await disk.remove()
  })

  /** Hours pass in an instant. */
  function start(engine: Pick<Core['engine'], 'observe' | 'volumePath'>): () => Promise<void> {
    const [clock, log, ending] = [skippingClock(), silentLog(), new AbortController()]
    const volumes = {
      data: { labels: { 'io.flotilla.snapshot': 'true' }, driverOpts: {} },
      unmarked: { labels: {}, driverOpts: {} },
    }
    const policy = UpdatePolicySchema.parse({ snapshotUploadHours: 1, reserveBytes: 0 })
    const target = { policy, apps: [{ id: APP_ID, volumes }] } as unknown as Target
    const core = {
      ...{ engine, clock, log, memory: { memory: {} } },
      targets: { target, changed: new Listeners() },
      events: { record: (kind: string) => Promise.resolve(void events.push({ kind, at: clock.now() })) },
    } as unknown as Core
    const pace = new Pace(clock, () => undefined)
    const transfer = { cloud, disk: snapshots, pace, clock, log, ending: ending.signal }
    const uploads = new SnapshotUploads(core, keeper, transfer)
    const running = uploads.run(ending.signal)
    return () => {
      ending.abort(new Error('The supervisor stops'))
      return running
    }
  }

  it('are taken anew each time, sent, and replaced on the board', async () => {
    await eventually(() => cloud.uploads.size >= 3)
    await stop()
    const ids = [...cloud.uploads.values()].filter(({ digest }) => digest !== undefined)
    expect(ids.map(({ description }) => description)).toMatchObject(
      ids.map(() => ({ volume: 'data', cause: 'schedule' })),
    )
    const times = ids.map(({ description }) => Date.parse(description.at))
    times.slice(1).forEach((time, n) => expect(time - (times[n] ?? 0)).toBeGreaterThanOrEqual(HOUR_MS))
    expect(keeper.all).toHaveLength(1)
  })

  it('are not taken again and again where the control plane refuses them', async () => {
    cloud.append = () => Promise.reject(new CloudError('No room', { status: 413, code: 'snapshot-room-exceeded' }))
    const failures = () => events.filter(({ kind }) => kind === 'snapshot-upload-failed')
    await eventually(() => failures().length >= 3)
    await stop()
    expect(keeper.all.length).toBeLessThanOrEqual(1)
    const taken = events.filter(({ kind }) => kind === 'snapshot-taken').map(({ at }) => at)
    taken.slice(1).forEach((time, n) => expect(time - (taken[n] ?? 0)).toBeGreaterThanOrEqual(HOUR_MS))
  })
})
