import { beforeEach, describe, expect, it } from '@jest/globals'
import { TargetSchema, type Target, type TargetInput } from '@flotilla/contracts'
import type { CurrentState } from '@flotilla/reconcile'
import type { Status } from '../status-board.js'
import { describeBundle } from '../testing/bundle-files.js'
import { app, fakeImage, imageName, service } from '../testing/targets.js'
import { BundleEntry } from './bundle-entry.js'
import { BundleRefused } from './bundle-refused.js'

const ID = '3f0b7c52-8a54-4a0e-9c1b-0000000000d1'
const web = { ...fakeImage('web-2'), sizeBytes: 1000 }
const db = { ...fakeImage('db-2'), sizeBytes: 500 }

function targetOf(generation: number): Target {
  const content: TargetInput = {
    ...{ protocol: 1, generation, apps: [app(2, { web: service(web), db: service(db) })] },
    device: { id: ID, name: 'porch', hardwareUuid: 'a'.repeat(32) },
    fleet: { id: ID, name: 'weather', organization: 'acme' },
  }
  return TargetSchema.parse(content)
}

describe('a bundle that is being brought', () => {
  let entry: BundleEntry
  beforeEach(() => {
    entry = new BundleEntry('stick', 'usb')
    const target = targetOf(7)
    entry.head = { bundle: { ...describeBundle(target), format: 1, blobs: [] }, target }
  })

  interface Seen {
    images?: string[]
    downloading?: string[]
    progress?: Status['progress']
    generation?: number
    memory?: CurrentState['memory']
  }
  function after({ images = [], downloading = [], progress = {}, generation = 7, memory }: Seen) {
    const current = { images, downloading, memory, containers: [], networks: [], volumes: [], attempts: {} }
    const plan = { steps: [], waits: [] }
    const status = { target: targetOf(generation), current, plan, progress, observed: [], at: 0 } as unknown as Status
    entry.look(status)
    return entry.state(status, [])
  }
  const way = (doneBytes: number, neededBytes: number) => ({ doneBytes, neededBytes, way: 'layers' as const })

  it('counts what the board lacked, on the ways that were taken', () => {
    expect(after({})).toMatchObject({ state: 'bringing', doneBytes: 0, neededBytes: 1500 })
    expect(after({ progress: { [imageName(web)]: way(100, 400) } })).toMatchObject({ doneBytes: 100, neededBytes: 900 })
    expect(after({ images: [imageName(web)] })).toMatchObject({ state: 'bringing', doneBytes: 400, neededBytes: 900 })
    const all = [imageName(web), imageName(db)]
    expect(after({ images: all })).toMatchObject({ state: 'done', doneBytes: 900, neededBytes: 900 })
    expect(after({ images: [] })).toMatchObject({ state: 'done' })
  })

  it('is needed until the last step that reads from it has ended', () => {
    const images = [imageName(web), imageName(db)]
    expect(after({ images, downloading: [imageName(web)] })).toMatchObject({ state: 'bringing' })
    expect(after({ images })).toMatchObject({ state: 'done' })
  })

  it('is not judged by what the board did for the target before, and over when there is another one', () => {
    expect(after({ images: [imageName(web), imageName(db)], generation: 6 })).toMatchObject({ state: 'bringing' })
    expect(after({ generation: 8 })).toMatchObject({ state: 'done' })
  })

  it('says what is wrong with it only as long as it matters', () => {
    entry.refusal = new BundleRefused('unreadable', 'It cannot be read any more.')
    expect(after({})).toMatchObject({ state: 'refused', code: 'unreadable' })
    expect(after({ images: [imageName(web), imageName(db)] })).not.toHaveProperty('code')
  })

  it('says why the board gave its release up, and not of another one', () => {
    const { release } = entry.head!.bundle
    const given = (releaseId: string) => {
      const rejection = {
        releaseId,
        version: '2',
        at: '2026-11-21T12:00:00.000Z',
        code: 'exited' as const,
        services: {},
      }
      return after({
        memory: { [ID]: { rejected: { fingerprint: 'x', rejection: { ...rejection, reason: 'It ended.' } } } },
      })
    }
    expect(given(release.id)).toMatchObject({ givenUp: 'It ended.' })
    expect(given(ID)).not.toHaveProperty('givenUp')
  })
})
