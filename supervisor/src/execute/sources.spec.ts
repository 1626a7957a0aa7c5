import type { CurrentContainer, Lock } from '@flotilla/reconcile'
import { describe, expect, it } from '@jest/globals'
import { silentLog } from '../testing/memory-store.js'
import { SourceReader, type Sources } from './sources.js'

describe('what the planner is told beside what the engine shows', () => {
  const container = (
    id: string,
    service: string,
    status: CurrentContainer['status'] = 'running',
  ): CurrentContainer => ({
    ...{ id, name: id, appId: 'app', service, specHash: id, status, networks: [], volumes: [], image: 'image' },
  })
  const lock: Lock = { appId: 'app', service: 'web', by: 'file' }
  const read = (sources: Sources, containers: CurrentContainer[] = []) =>
    new SourceReader(sources, silentLog()).read(containers)

  it('is nothing where nobody can tell', async () => {
    expect(await read({})).toEqual({ containers: [] })
  })

  it('is what the sources say', async () => {
    const sources: Sources = {
      locks: (containers) => Promise.resolve(containers.map(({ service }) => ({ ...lock, service }))),
      disk: () => Promise.resolve({ freeBytes: 5 }),
      localTime: () => false,
    }
    const web = container('c1', 'web')
    expect(await read(sources, [web])).toEqual({
      containers: [web],
      locks: [lock],
      disk: { freeBytes: 5 },
      localTime: false,
    })
  })

  it('is what a source said last while it fails, told once', async () => {
    const answers: (Lock[] | Error)[] = [[lock], new Error('no'), new Error('no'), []]
    const log = silentLog()
    const locks = () => {
      const answer = answers.shift() ?? []
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    }
    const reader = new SourceReader({ locks }, log)
    for (const expected of [[lock], [lock], [lock], []]) expect((await reader.read([])).locks).toEqual(expected)
    expect(log.entries).toHaveLength(1)
  })

  it('asks only containers beside their predecessor whether they have taken over', async () => {
    const asked: string[] = []
    const hasTakenOver = ({ id }: CurrentContainer) => {
      asked.push(id)
      return id === 'broken' ? Promise.reject(new Error('gone')) : Promise.resolve(id === 'new')
    }
    const containers = [
      container('old', 'web'),
      container('new', 'web'),
      container('broken', 'web'),
      container('stopped', 'web', 'exited'),
      container('db', 'db'),
      container('db-old', 'db', 'exited'),
    ]
    const answer = await read({ hasTakenOver }, containers)
    expect(asked).toEqual(['old', 'new', 'broken'])
    expect(answer.containers.filter((it) => it.hasTakenOver).map(({ id }) => id)).toEqual(['new'])
  })
})
