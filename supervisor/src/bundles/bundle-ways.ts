import type { Route } from '../local-api/route.js'
import type { Core, Loop, MakePart } from '../part.js'
import { boardView } from './board-view.js'
import { FolderLoop } from './folder-loop.js'
import type { BundleFolder } from './folder-offers.js'
import { LanDoor, type LanDoorOptions } from './lan-door.js'
import type { BundleIntake } from './ports.js'
import { StickLoop, type StickWorld } from './stick-loop.js'
import { uploadRoutes } from './upload-routes.js'
import { UploadStore, type UploadDisk } from './upload-store.js'
import { Uploads, type UploadPiece } from './uploads.js'

export interface BundleWorld {
  /** What is called a bundle in the folder of a stick. */
  folderOf: StickWorld['folderOf']
  uploads: UploadDisk
  // Absent: nobody looks for sticks.
  slots?: StickWorld['slots']
  folders: readonly { path: string; folder: BundleFolder }[]
  // Absent: the local network has no door.
  lan?: LanDoorOptions
}

/** The ways by which bundles come into a board: sticks, folders, and whoever sends one. */
export class BundleWays {
  private opened?: { store: UploadStore; uploads?: Uploads }

  constructor(private readonly openWorld: () => Promise<BundleWorld>) {}

  readonly part: MakePart = async (core) => {
    const world = await this.openWorld()
    this.opened = { store: new UploadStore(world.uploads, core.store.bundleUploads) }
    const { slots, lan } = world
    const loops: Loop[] = [(end) => this.uploads(core).run(end)]
    if (slots) loops.push((end) => new StickLoop({ ...world, slots }, intakeOf(core), core).run(end))
    for (const { path, folder } of world.folders) {
      loops.push((end) => new FolderLoop(path, folder, intakeOf(core), core).run(end))
    }
    if (lan) loops.push((end) => new LanDoor(this.routes(core, 'lan'), lan, core).run(end))
    return { loops }
  }

  /** For the local API. */
  routes(core: Core, way: UploadPiece['way'] = 'local-api'): Route[] {
    return uploadRoutes(
      () => this.uploads(core),
      () => boardView(core, intakeOf(core), this.uploads(core)),
      way,
    )
  }

  /** Only once all parts are made: then there is somebody to take bundles in. */
  private uploads(core: Core): Uploads {
    if (!this.opened) throw new Error('The ways of bundles are asked for before their part is made')
    return (this.opened.uploads ??= new Uploads(this.opened.store, intakeOf(core), core))
  }
}

function intakeOf({ offers }: Pick<Core, 'offers'>): BundleIntake {
  if (!offers.bundles) throw new Error('No part of this device takes bundles in')
  return offers.bundles
}
