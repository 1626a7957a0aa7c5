import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentity } from '../../identity.js'
import { silentLog } from '../../testing/memory-store.js'
import { openStore } from './disk-store.js'

describe('the store on disk', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fstore-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const open = () => openStore(join(folder, 'state'), silentLog())
  const path = (name: string) => join(folder, 'state', name)
  const attempts = { generation: 3, attempts: { 'pull-image x': { count: 2, nextAt: 17, error: 'no route' } } }

  it('gives back what was written, after a restart too', async () => {
    await (await open()).attempts.write(attempts)
    expect(await (await open()).attempts.read()).toEqual(attempts)
  })

  it('is at rest when all is on the disk, also what nobody waited for', async () => {
    const store = await open()
    void store.attempts.write({ generation: 2, attempts: {} })
    void store.attempts.write(attempts)
    void store.events.append({ at: '2026-11-21T08:00:00Z', kind: 'step-done', detail: {} })
    await store.atRest?.()
    expect(JSON.parse(await readFile(path('attempts.json'), 'utf8'))).toEqual(attempts)
    expect(await readFile(path('events.jsonl'), 'utf8')).toContain('step-done')
  })

  it('has nothing to give before the first write', async () => {
    const store = await open()
    expect(await store.identity.read()).toBeUndefined()
    expect(await store.target.read()).toBeUndefined()
  })

  it('keeps the private key from other users', async () => {
    await (await open()).identity.write(createIdentity())
    expect((await stat(path('identity.json'))).mode & 0o777).toBe(0o600)
    expect((await stat(path(''))).mode & 0o777).toBe(0o700)
  })

  it.each([
    ['empty', () => writeFile(path('attempts.json'), '')],
    ['truncated', () => truncate(path('attempts.json'), 20)],
    ['garbage', () => writeFile(path('attempts.json'), '\0\0\0\0\xff')],
    ['of another shape', () => writeFile(path('attempts.json'), '{"generation":"three"}')],
  ])('sets aside a file that is %s, and goes on without it', async (_what, spoil) => {
    await (await open()).attempts.write(attempts)
    await spoil()
    const spoiled = await readFile(path('attempts.json'))
    const store = await open()
    expect(await store.attempts.read()).toBeUndefined()
    expect(await readFile(path('attempts.json.corrupt-1'))).toEqual(spoiled)
    await store.attempts.write(attempts)
    expect(await store.attempts.read()).toEqual(attempts)
  })

  it.each(['identity', 'registration'] as const)('makes %s whole from its copy', async (name) => {
    const identity = createIdentity()
    const registration = { deviceId: randomUUID(), deviceName: 'porch', fleetId: randomUUID(), targetKeys: [] }
    const key = { id: 'key', publicKey: 'k'.repeat(43) }
    const values = { identity, registration: { ...registration, targetKeys: [key] } }
    const store = await open()
    await store.identity.write(values.identity)
    await store.registration.write(values.registration)
    for (const spoiled of [`${name}.json`, `${name}.copy.json`]) {
      await writeFile(path(spoiled), '')
      expect(await (await open())[name].read()).toEqual(values[name])
      expect(JSON.parse(await readFile(path(spoiled), 'utf8'))).toEqual(values[name])
    }
  })

  it('takes no key for an identity that is none', async () => {
    const identity = { ...createIdentity(), privateKey: Buffer.from('no key').toString('base64') }
    await (await open()).identity.write(identity)
    expect(await (await open()).identity.read()).toBeUndefined()
  })

  it('goes on where a file cannot be read at all', async () => {
    await open()
    await mkdir(path('attempts.json'))
    const store = await open()
    expect(await store.attempts.read()).toBeUndefined()
    await store.attempts.write(attempts)
    expect(await store.attempts.read()).toEqual(attempts)
  })

  it.each(['attempts.json.corrupt-1', 'attempts.json.tmp'])(
    'goes on where %s cannot be written either',
    async (name) => {
      await open()
      await writeFile(path('attempts.json'), 'spoiled')
      // As a disk that takes nothing, whoever writes.
      await mkdir(path(name))
      expect(await (await open()).attempts.read()).toBeUndefined()
    },
  )

  it('gives what a copy has, though the disk takes nothing', async () => {
    const identity = createIdentity()
    await (await open()).identity.write(identity)
    await rm(path('identity.json'))
    await mkdir(path('identity.json.tmp'))
    expect(await (await open()).identity.read()).toEqual(identity)
  })

  it('keeps the evidence of several, but not of all that ever were', async () => {
    const store = await open()
    for (let n = 0; n < 15; n++) {
      await writeFile(path('attempts.json'), `spoiled ${n}`)
      await store.attempts.read()
    }
    const aside = (await readdir(path(''))).filter((name) => name.includes('corrupt'))
    expect(aside).toHaveLength(9)
    expect(await readFile(path('attempts.json.corrupt-1'), 'utf8')).toBe('spoiled 0')
    expect(await readFile(path('attempts.json.corrupt-9'), 'utf8')).toBe('spoiled 14')
  })

  it('is not misled by what a power cut left of a write', async () => {
    await (await open()).attempts.write(attempts)
    await writeFile(path('attempts.json.tmp'), '{"generation": 4, "att')
    expect(await (await open()).attempts.read()).toEqual(attempts)
  })

  it('writes what came last, when several write at once', async () => {
    const store = await open()
    await Promise.all([1, 2, 3, 4, 5].map((generation) => store.attempts.write({ generation, attempts: {} })))
    expect(await (await open()).attempts.read()).toEqual({ generation: 5, attempts: {} })
  })
})
