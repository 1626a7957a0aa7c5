/*
 * Files in containers, running or not, by the engine's archive API: whether one is there and since when, and the folders
 * that apps leave their lock files in. No program of the container is needed for either.
 */
import type Docker from 'dockerode'
import type { IncomingMessage } from 'node:http'
import headers from 'tar-stream/headers.js'
import { LOCK_FOLDERS } from '../../locks/lock-paths.js'
import { statusOf } from './engine-errors.js'

const TIMEOUT_MS = 60_000
const STAT_HEADER = 'x-docker-container-path-stat'
const TAR_BLOCK = 512

/** When the file was last changed, in milliseconds since the epoch by the board's clock; undefined: it is not there. */
export async function fileTime(container: Docker.Container, path: string): Promise<number | undefined> {
  try {
    const answer: unknown = await container.infoArchive({ path, abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
    const { headers } = (answer as IncomingMessage).resume()
    const stat = JSON.parse(Buffer.from(String(headers[STAT_HEADER]), 'base64').toString()) as { mtime: string }
    return Date.parse(stat.mtime)
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

/**
 * Makes the folders of the lock files, writable for every user of the container: where they are missing, a program that
 * creates its lock file without asking fails.
 */
export async function makeLockFolders(container: Docker.Container): Promise<void> {
  const entries = LOCK_FOLDERS.map((folder) => folderEntry(`${folder.slice(1)}/`))
  const archive = Buffer.concat([...entries, Buffer.alloc(2 * TAR_BLOCK)])
  try {
    await container.putArchive(archive, { path: '/', abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    // An image with a file in the place of a folder: the app runs, without a lock file.
    if (statusOf(error) !== 400) throw error
  }
}

/** One folder in a tar archive, writable for everybody as /tmp is. */
function folderEntry(name: string): Uint8Array {
  const owner = { uid: 0, gid: 0 }
  const entry = headers.encode({ name, type: 'directory', mode: 0o1777, size: 0, mtime: new Date(0), ...owner })
  if (!entry) throw new Error(`${name} does not fit into the header of a tar`)
  return entry
}
