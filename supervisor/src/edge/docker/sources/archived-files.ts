/*
 * The files of an image in whatever store the engine has: by the engine's archive API, of a container that is made for
 * that and never started. Slower than reading its folders, and nothing of the store need be known.
 */
import type Docker from 'dockerode'
import { randomUUID } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { SourceFile } from '../../../images/ports.js'
import { orAlreadySo } from '../engine-errors.js'
import { LABELS } from '../labels.js'
import { DiskFile } from '../../store/disk-file.js'
import { firstFile, type ArchivedFile } from './file-archive.js'

const TIMEOUT_MS = 300_000
// Larger ones are read from a passing file.
const IN_MEMORY_BYTES = 8 * 1024 * 1024

export class ArchivedFiles {
  private constructor(
    private readonly container: Docker.Container,
    // For files too large for memory.
    private readonly tempFolder: string,
  ) {}

  static async open(docker: Docker, image: string, owner: { deviceId: string; tempFolder: string }) {
    const container = await docker.createContainer({
      Image: image,
      // Never run; an image may name no program of its own.
      Cmd: ['-'],
      Labels: { [LABELS.source]: owner.deviceId },
      NetworkDisabled: true,
      HostConfig: { NetworkMode: 'none' },
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return new ArchivedFiles(container, owner.tempFolder)
  }

  async openFile(path: string): Promise<SourceFile> {
    const abortSignal = AbortSignal.timeout(TIMEOUT_MS)
    const archive = (await this.container.getArchive({ path: `/${path}`, abortSignal })) as Readable
    try {
      const file = await firstFile(archive as AsyncIterable<Buffer>)
      return file.sizeBytes <= IN_MEMORY_BYTES ? await inMemory(file) : await this.onDisk(file)
    } catch (cause) {
      throw new Error(`The image has no file ${JSON.stringify(path)} that can be read`, { cause })
    } finally {
      archive.destroy()
    }
  }

  async close(): Promise<void> {
    await removeContainer(this.container)
  }

  /** The file has no name any more when it is filled: nothing of it outlives this process. */
  private async onDisk({ sizeBytes, content }: ArchivedFile): Promise<SourceFile> {
    const path = join(this.tempFolder, `source-${randomUUID()}`)
    const handle = await open(path, 'wx+', 0o600)
    try {
      await unlink(path)
      // Not `write`: a disk that is all but full takes a part of it, and says nothing.
      for await (const piece of content) await handle.appendFile(piece)
      return new DiskFile(handle, sizeBytes)
    } catch (error) {
      await handle.close()
      throw error
    }
  }
}

/** Those that a crash left. */
export async function removeLeftSources(docker: Docker, deviceId: string): Promise<void> {
  const filters = { label: [`${LABELS.source}=${deviceId}`] }
  const left = await docker.listContainers({ all: true, filters, abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
  for (const { Id: id } of left) await removeContainer(docker.getContainer(id))
}

function removeContainer(container: Docker.Container): Promise<void> {
  const options = { v: true, force: true, abortSignal: AbortSignal.timeout(TIMEOUT_MS) }
  return orAlreadySo(container.remove(options), 404, 409)
}

async function inMemory({ sizeBytes, content }: ArchivedFile): Promise<SourceFile> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes)
  let filled = 0
  for await (const piece of content) filled += piece.copy(bytes, filled)
  return {
    sizeBytes,
    read: (into, position) => Promise.resolve(position < sizeBytes ? bytes.copy(into, 0, position) : 0),
    close: () => Promise.resolve(),
  }
}
