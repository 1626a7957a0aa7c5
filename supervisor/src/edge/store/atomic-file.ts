/*
 * Files that survive a power cut at any instruction: a reader finds the old content or the new, never a mixture.
 * It knows nothing of what the files mean.
 */
import { open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Write aside, fsync, rename over, fsync the folder: without the last one the rename itself may be lost. */
export async function writeAtomically(path: string, content: string, mode = 0o600): Promise<void> {
  const aside = `${path}.tmp`
  const file = await open(aside, 'w', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(aside, path)
  await syncFolder(dirname(path))
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The file's text, or undefined where there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined
    throw new Error(`Could not read ${path}`, { cause })
  }
}

export async function removeIfPresent(path: string): Promise<void> {
  await unlink(path).catch((cause: unknown) => {
    if (!isErrno(cause, 'ENOENT')) throw new Error(`Could not remove ${path}`, { cause })
  })
}

const MAX_SET_ASIDE = 9

/**
 * Moves an unreadable file out of the way and gives its new name. The evidence is kept, but not without bound: after
 * nine, the newest replaces the ninth.
 */
export async function setAside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const aside = `${path}.corrupt-${n}`
    if (n < MAX_SET_ASIDE && (await readIfPresent(aside)) !== undefined) continue
    await rename(path, aside)
    await syncFolder(dirname(path))
    return aside
  }
}

function isErrno(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === code
}
