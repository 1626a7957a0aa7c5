import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@flotilla/dev'
import { DataSource } from 'typeorm'
import { SourceArchives } from '../builds/index.js'
import { succeed } from '../testing/test-board.js'
import { Leftovers } from './leftovers.service.js'
import { LeftoversRepository } from './leftovers.repository.js'
import { Repositories } from './repositories.js'
import { DOCKERFILE, PushBench } from './testing/push-bench.js'

describe('leftovers', () => {
  let bench: PushBench
  let leftovers: Leftovers
  beforeAll(async () => {
    bench = await PushBench.open()
    const { app, config } = bench.api
    const rows = new LeftoversRepository(app.get(DataSource))
    leftovers = new Leftovers(rows, new Repositories(config), new SourceArchives(config))
  })
  afterAll(() => bench.close())

  const files = (folder: string) => readdir(join(bench.api.config.DATA_DIR, folder))
  const inTwoDays = new Date(Date.now() + 2 * 86_400_000)

  it('of deleted fleets go, and the repositories of others stay', async () => {
    await bench.reset()
    const kept = bench.fleet
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.push('main')
    await bench.reset()
    const gone = bench.fleet
    await bench.copy.commit(DOCKERFILE)
    await bench.copy.push('main')
    await succeed(await bench.api.call(bench.user, `DELETE /api/v1/fleets/${gone.id}`))
    await leftovers.run()
    expect(await files('git')).toContain(`${kept.id}.git`)
    expect(await files('git')).not.toContain(`${gone.id}.git`)
  })

  it('of builds that were cut short go, and what a build still needs stays', async () => {
    await bench.reset()
    const open = bench.holdBuilds()
    await bench.copy.commit(DOCKERFILE)
    const push = bench.copy.start('push', 'flotilla', 'main')
    await waitFor(() => push.output().includes('COPY . /'), { what: 'the build runs' })
    const archives = new SourceArchives(bench.api.config)
    const orphan = await archives.store('orphan', (await archives.open((await files('sources'))[0] ?? '')).stream)
    const needed = (await files('sources')).filter((name) => name !== orphan)
    expect(needed).toHaveLength(1)
    await leftovers.run()
    expect((await files('sources')).sort()).toEqual([...needed, orphan].sort())
    await leftovers.run(inTwoDays)
    expect(await files('sources')).toEqual(needed)
    open()
    await push.ended
    // The pusher does not wait for it.
    await waitFor(async () => (await files('sources')).length === 0, { what: 'the source is gone' })
  })
})
