/*
 * The files of an image that is in the engine, without a second copy of them: from the engine's own folders where this
 * process reaches them, and else through the engine.
 */
import type Docker from 'dockerode'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageFiles } from '../../../images/ports.js'
import { ArchivedFiles } from './archived-files.js'
import { LayerFolders } from './layer-folders.js'

export interface ImageFilesOptions {
  deviceId: string
  // The host's root folder as this process reaches it; absent: the engine's disk is not this machine's.
  root?: string
  tempFolder: string
}

/** `image`: a name or id of the engine's. */
export async function openImageFiles(docker: Docker, image: string, options: ImageFilesOptions): Promise<ImageFiles> {
  const { root } = options
  const folders = root === undefined ? undefined : await layerFolders(docker, image, root)
  return folders ? new LayerFolders(folders) : ArchivedFiles.open(docker, image, options)
}

/** The top one first. Undefined: of another kind of store, or out of reach. */
async function layerFolders(docker: Docker, image: string, root: string): Promise<string[] | undefined> {
  const found = await docker.getImage(image).inspect()
  const { Name: driver, Data: data } = found.GraphDriver as { Name?: string; Data?: Record<string, string> | null }
  if (driver !== 'overlay2' || data?.UpperDir === undefined) return undefined
  // An image of one layer has nothing below it.
  const lower = data.LowerDir === undefined || data.LowerDir === '' ? [] : data.LowerDir.split(':')
  const folders = [data.UpperDir, ...lower].map((folder) => join(root, folder))
  const areHere = await Promise.all(folders.map((folder) => isFolder(folder)))
  return folders.length === found.RootFS.Layers?.length && areHere.every(Boolean) ? folders : undefined
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}
