/*
 * What a power cut leaves of an engine's store: how it shows, and how it is cleared away, so that it can be fetched
 * again. Layers are unpacked without being synced (moby#44909), so files of an image may be empty or gone altogether
 * while the engine still lists it.
 */
import type Docker from 'dockerode'
import { SpoiledError } from '../../errors.js'
import { orAlreadySo, statusOf } from './engine-errors.js'
import { engineName, removeImage } from './docker-images.js'
import { LABELS } from './labels.js'

const TIMEOUT_MS = 300_000

// What the engine says when files of its own are missing or empty.
const CERTAIN = [
  /error creating overlay mount .*(no such file|invalid argument)/i,
  /\/(overlay2?|vfs|btrfs|aufs|fuse-overlayfs)\/.*(no such file|invalid argument|unexpected EOF)/i,
  /layer does not exist|mount does not exist|layer not found|unknown parent image/i,
  /^(\(HTTP code 404\) )?.*no such image/i,
  /unexpected end of JSON input/i,
]
// What it says of a program that is empty, or gone; also where the release is simply wrong.
const SUSPECT = [/exec format error/i, /executable file not found/i, /exec: .*no such file or directory/i]

/** The error as a SpoiledError where it is a sign of a spoiled image or container; else as it is. */
export function asSpoiled(error: unknown): unknown {
  const text = error instanceof Error ? error.message : ''
  if (CERTAIN.some((sign) => sign.test(text))) return new SpoiledError(text, true, { cause: error })
  if (SUSPECT.some((sign) => sign.test(text))) return new SpoiledError(text, false, { cause: error })
  return error
}

/** Containers of ours that run hold what they were made of; the others are made anew from what is fetched anew. */
export async function discardImage(
  docker: Docker,
  deviceId: string,
  { image, alsoSharing }: { image: string; alsoSharing: boolean },
): Promise<void> {
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS)
  const filters = { label: [`${LABELS.device}=${deviceId}`] }
  const containers = await docker.listContainers({ all: true, filters, abortSignal })
  const imageOf = ({ Labels: labels }: Docker.ContainerInfo) => labels[LABELS.image] ?? ''
  const used = new Set(containers.filter(({ State }) => State === 'running').map(imageOf))
  const others = alsoSharing ? await sharing(docker, image, new Set(containers.map(imageOf))) : []
  for (const spoiled of [image, ...others.filter((other) => !used.has(other))]) {
    const idle = containers.filter((it) => imageOf(it) === spoiled && it.State !== 'running')
    for (const { Id: id } of idle) {
      await orAlreadySo(docker.getContainer(id).remove({ v: true, force: true, abortSignal }), 404, 409)
    }
    await removeImage(docker, spoiled, { force: true })
  }
}

/** Of these images, those that have a layer in common with it, or of which that cannot be told any more. */
async function sharing(docker: Docker, image: string, candidates: ReadonlySet<string>): Promise<string[]> {
  const layers = new Set((await layersOf(docker, image)) ?? [])
  const found: string[] = []
  for (const other of candidates) {
    if (other === image || other === '') continue
    const own = await layersOf(docker, other)
    if (!own || layers.size === 0 || own.some((layer) => layers.has(layer))) found.push(other)
  }
  return found
}

/** Undefined: the engine cannot tell. */
async function layersOf(docker: Docker, image: string): Promise<string[] | undefined> {
  try {
    return (await docker.getImage(await engineName(docker, image)).inspect()).RootFS.Layers ?? []
  } catch (error) {
    if (statusOf(error) === undefined) throw error
    return undefined
  }
}
