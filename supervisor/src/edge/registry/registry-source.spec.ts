import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskBlobStore } from '../../images/blobs/disk-blob-store.js'
import { freeMeter } from '../../testing/free-meter.js'
import { silentLog } from '../../testing/memory-store.js'
import { startRegistry, type TestRegistry } from '../../testing/registry.js'
import { FolderBlobDisk } from '../blobs/folder-blob-disk.js'
import { systemClock } from '../host/clock.js'
import { openRegistry, type Registry } from './open-registry.js'

describe('the registry as a source', () => {
  let folder: string
  let server: TestRegistry
  let registry: Registry
  beforeAll(async () => {
    server = await startRegistry()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fregsrc-'))
    registry = openRegistry({
      cloud: { registryToken: () => Promise.resolve({ token: 'token', expiresInSeconds: 300 }) },
      engine: { registryRules: () => Promise.resolve({ insecureHosts: [], insecureNetworks: [] }) },
      clock: systemClock,
      certificates: join(folder, 'certs.d'),
    })
  })
  afterEach(async () => {
    registry.close()
    await rm(folder, { recursive: true })
  })

  const { signal } = new AbortController()
  async function openStore() {
    const disk = await FolderBlobDisk.open(join(folder, 'blobs'))
    const world = { disk, sources: [registry.source], meter: freeMeter, clock: systemClock, log: silentLog() }
    return DiskBlobStore.open(world)
  }

  it('gives blobs of a real registry', async () => {
    const blob = await server.upload('some/app', randomBytes(3_000_000))
    const store = await openStore()
    await store.fetch(blob, { signal })
    expect(store.isWhole(blob.digest)).toBe(true)
  })
})
