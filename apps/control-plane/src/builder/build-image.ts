import type { BuildTask, BuiltImage } from '@flotilla/contracts'
import { buildDockerfile } from './build-dockerfile.js'
import { BuildFailure, diskFull, isDiskFull } from './build-failure.js'
import { type BuiltContent, madeTag } from './engine.js'
import { fetchImage } from './fetch-image.js'
import type { ImageBuildTools } from './image-build-tools.js'
import { KnownLayers } from './layers/known-layers.js'
import { ImagePublication, presentImage, type PublishedImage } from './publish-image.js'
import { megabytes } from './push-progress.js'
import { messageOf } from './registry/patience.js'
import type { RegistryImage } from './registry/registry-client.js'

/** Makes one image, puts it into the registry and says what it is. */
export async function buildImage(task: BuildTask, tools: ImageBuildTools): Promise<BuiltImage> {
  const { service, platform } = task
  const say = (text: string) => tools.write({ kind: 'step', service, text })
  const cache = await findCache(task, tools)
  say(task.image === undefined ? `Building ${service} for ${platform}` : `Fetching ${task.image} for ${platform}`)
  if (task.image === undefined) await buildDockerfile(task, cache?.name, tools)
  else await fetchImage(task, task.image, tools)
  const built = await tools.engine.inspect(task.push)
  if (!built) throw new Error(`The engine built ${task.push} and does not have it`)
  const publication = new ImagePublication(task, tools)
  const previous = await publication.previous()
  const known = new KnownLayers(previous, cache?.content.layers)
  const published = isUnchanged(built, cache, previous)
    ? presentImage(previous, known.layers)
    : await publish(publication, built, known, task)
  if (published.digest === previous?.digest) say(`${service} for ${platform} is as in the release before`)
  else say(`Pushed ${service} for ${platform}: ${megabytes(published.sizeBytes)}, ${published.digest.slice(0, 19)}`)
  await remember(task, published.digest, tools)
  const { config, unpackedBytes } = built
  return { service, platform, ...published, unpackedBytes, config }
}

/** The image of the release before, as this engine has it. */
interface Cache {
  name: string
  content: BuiltContent
}

/** Its layers are the cache of a build, and an equal result keeps its digest. */
async function findCache(task: BuildTask, { engine, order, signal }: ImageBuildTools): Promise<Cache | undefined> {
  const { cacheFrom, image } = task
  // Nothing is built of an image that is used as it is.
  if (cacheFrom === undefined || image !== undefined) return undefined
  const made = madeTag(cacheFrom)
  for (const name of [made, cacheFrom]) {
    const content = await engine.inspect(name)
    if (content) return { name, content }
  }
  try {
    await engine.pull(cacheFrom, undefined, order.registry.token, signal)
    await engine.tag(cacheFrom, made)
  } catch {
    // A cache that cannot be had costs time, not the build.
    signal.throwIfAborted()
    return undefined
  }
  const content = await engine.inspect(made)
  return content && { name: made, content }
}

/** Seen without reading the image: it is what became the one before. */
function isUnchanged(
  built: BuiltContent,
  cache: Cache | undefined,
  previous: RegistryImage | undefined,
): previous is RegistryImage {
  if (!previous) return false
  return cache?.content.fingerprint === built.fingerprint || previous.manifest.config.digest === built.id
}

async function publish(
  publication: ImagePublication,
  built: BuiltContent,
  known: KnownLayers,
  task: BuildTask,
): Promise<PublishedImage> {
  try {
    return await publication.publish(built, known)
  } catch (error) {
    if (error instanceof BuildFailure || !isDiskFull(messageOf(error))) throw error
    throw diskFull(task.service)
  }
}

/** The engine's own image keeps a name that says what it became: the next build is compared with it, and cached by it. */
async function remember({ push }: BuildTask, digest: string, { engine }: ImageBuildTools): Promise<void> {
  const name = madeTag(`${push.slice(0, push.lastIndexOf(':'))}@${digest}`)
  // An older one is as good, and without its name it would stay for ever.
  if (!(await engine.inspect(name))) await engine.tag(push, name)
}
