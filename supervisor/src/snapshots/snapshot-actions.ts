import type { SnapshotState, StoredUpload } from '@flotilla/contracts'
import { volumeName, type AppMemory, type DeviceMemory } from '@flotilla/reconcile'
import { CloudError } from '../errors.js'
import type { Listeners } from '../listeners.js'
import type { Core, SnapshotDeeds } from '../part.js'
import { downloadSnapshot } from './download-snapshot.js'
import { markedVolumes, reserveOf } from './snapshot-facts.js'
import type { StoredSnapshot } from './snapshot-disk.js'
import type { SnapshotKeeper } from './snapshot-keeper.js'
import type { SnapshotUploads } from './snapshot-uploads.js'
import { newSnapshot } from './take-snapshot.js'
import type { Transfer } from './upload-snapshot.js'

/**
 * What people ask of snapshots, by the local API or from the control plane. Each rejects, with a sentence for people,
 * where it cannot be done; ids and volumes are of this app, or refused.
 */
export class SnapshotActions implements SnapshotDeeds {
  constructor(
    private readonly core: Core,
    private readonly keeper: SnapshotKeeper,
    private readonly uploads: SnapshotUploads,
    private readonly transfer: Transfer,
  ) {}

  list(appId: string): Record<string, SnapshotState> {
    return this.keeper.states()[appId] ?? {}
  }

  /** Of this volume (a key of the app's), or of each that is marked for snapshots; gives their ids. */
  async create(appId: string, volume: string | undefined): Promise<string[]> {
    const { engine, targets } = this.core
    const own = (await engine.observe([])).volumes.filter((it) => it.appId === appId)
    const chosen = volume === undefined ? markedVolumes(targets.target, own) : own.filter(({ key }) => key === volume)
    if (volume !== undefined && chosen.length === 0) throw new Error(`The app has no volume ${volume} on this device.`)
    const ids: string[] = []
    for (const each of chosen) {
      ids.push((await newSnapshot(this.core, this.keeper, { volume: each, cause: 'manual' })).id)
    }
    return ids
  }

  /** One that only the control plane has is fetched first. Resolves when the volume has its files. */
  async restore(appId: string, id: string): Promise<void> {
    requireRest(this.core.memory.memory[appId])
    await this.keeper.open()
    const snapshot = this.find(appId, id) ?? (await this.fetch(appId, id))
    const { volumes } = await this.core.engine.observe([])
    const name = this.volumeName(appId, snapshot.volume)
    if (!volumes.some((it) => it.name === name))
      throw new Error(`There is no volume ${snapshot.volume} to put it back to.`)
    await this.putBack(appId, name, id)
  }

  /** Resolves once it is written down; it is sent whenever the link allows. */
  async upload(appId: string, id: string): Promise<void> {
    await this.keeper.open()
    this.require(appId, id)
    await this.uploads.want(id)
  }

  async remove(appId: string, id: string): Promise<void> {
    await this.keeper.open()
    this.require(appId, id)
    const { trial, restore } = this.core.memory.memory[appId] ?? {}
    const needed = [...Object.values(trial?.snapshots ?? {}), ...Object.values(restore ?? {})]
    if (needed.includes(id)) throw new Error(`An update that is under way may still need snapshot ${id}.`)
    await this.keeper.remove(id)
  }

  /** The plan stops what uses the volume, puts the files back, and starts it again. */
  private async putBack(appId: string, name: string, id: string): Promise<void> {
    const { memory, lookWanted } = this.core
    const before = this.keeper.timesRestored(id)
    await memory.update((all) => wantRestored(all, { appId, name, id }))
    lookWanted.notify()
    await until(memory.changed, () => memory.memory[appId]?.restore?.[name] !== id)
    if (this.keeper.timesRestored(id) > before) return
    throw new Error(`Snapshot ${id} could not be put back; the events of the device say why.`)
  }

  private fetch(appId: string, id: string): Promise<StoredSnapshot> {
    const wanted = {
      id,
      reserveBytes: reserveOf(this.core.targets.target),
      volumeName: (upload: StoredUpload) => {
        if (upload.appId !== appId) throw new Error(`Snapshot ${id} is of another app.`)
        return this.volumeName(appId, upload.volume)
      },
    }
    return this.keeper
      .add(() => downloadSnapshot(this.transfer, wanted))
      .catch((error: unknown) => {
        const isUnknown = error instanceof CloudError && error.isUnknown
        throw isUnknown ? new Error(`There is no snapshot ${id}, neither here nor in the control plane.`) : error
      })
  }

  private volumeName(appId: string, key: string): string {
    return volumeName(this.core.registration.deviceId, appId, key)
  }

  private find(appId: string, id: string): StoredSnapshot | undefined {
    const snapshot = this.keeper.find(id)
    return snapshot?.appId === appId ? snapshot : undefined
  }

  private require(appId: string, id: string): StoredSnapshot {
    const snapshot = this.find(appId, id)
    if (!snapshot) throw new Error(`There is no snapshot ${id} on this device.`)
    return snapshot
  }
}

function until(changed: Listeners, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (isSo()) return resolve()
    const forget = changed.add(() => {
      if (!isSo()) return
      forget()
      resolve()
    })
  })
}

/** In the middle of an update the volumes are the update's. */
function requireRest(memory: AppMemory | undefined): void {
  if (!memory?.good) throw new Error('No release was confirmed on this device yet: ask again once one is.')
  const isGoingBack = memory.isReturning ?? (memory.rejected !== undefined && !memory.rejected.isBack)
  if (memory.trial || isGoingBack || memory.restore) {
    throw new Error('An update is under way: ask again once it is confirmed or given up.')
  }
}

function wantRestored(
  memory: DeviceMemory,
  { appId, name, id }: { appId: string; name: string; id: string },
): DeviceMemory {
  const app = memory[appId]
  return app ? { ...memory, [appId]: { ...app, restore: { ...app.restore, [name]: id } } } : memory
}
