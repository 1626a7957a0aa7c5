import { type BuildOrder, type BuildTask, type BuiltImage } from '@flotilla/contracts'
import { BuildFailure } from './build-failure.js'
import type { OutputLine } from './build-output.js'
import { canRun, emulationAdvice } from './emulation.js'
import { EngineError } from './engine-messages.js'
import { type BuilderEngine, type BuiltContent, splitTag } from './engine.js'
import type { RegistryClient } from './registry-client.js'
import { openContext, planContext } from './source-archive.js'

export interface ImageBuildTools {
  engine: BuilderEngine
  engineArchitecture: string
  registry: RegistryClient
  order: BuildOrder
  // tar.gz of the commit
  archive: string
  write: (line: OutputLine) => void
  signal: AbortSignal
}

const LAST_LINES = 20
const PUSH_TRIES = 4
const PUSH_PAUSE_MS = 2_000
const PROGRESS_EVERY_MS = 5_000

/** Makes one image, puts it into the registry and says what it is. */
export async function buildImage(task: BuildTask, tools: ImageBuildTools): Promise<BuiltImage> {
  const say = (text: string) => tools.write({ kind: 'step', service: task.service, text })
  const previous = await fetchPrevious(task, tools)
  say(
    task.image === undefined
      ? `Building ${task.service} for ${task.platform}`
      : `Fetching ${task.image} for ${task.platform}`,
  )
  if (task.image === undefined) await build(task, previous !== undefined, tools)
  else await fetchImage(task, task.image, tools)
  const built = await tools.engine.inspect(task.push)
  if (!built) throw new Error(`The engine built ${task.push} and does not have it`)
  if (previous?.content.fingerprint === built.fingerprint) {
    say(`${task.service} for ${task.platform} is as in the release before`)
    return describe(task, previous.digest, built, tools)
  }
  const digest = await push(task, tools)
  const image = await describe(task, digest, built, tools)
  say(`Pushed ${task.service} for ${task.platform}: ${megabytes(image.sizeBytes)}, ${digest.slice(0, 19)}`)
  return image
}

/** The image of the release before: its layers are the cache, and an equal result keeps its digest. */
async function fetchPrevious(
  { cacheFrom }: BuildTask,
  { engine, order, signal }: ImageBuildTools,
): Promise<{ digest: string; content: BuiltContent } | undefined> {
  if (cacheFrom === undefined) return undefined
  const digest = cacheFrom.slice(cacheFrom.indexOf('@') + 1)
  const known = await engine.inspect(cacheFrom)
  if (known) return { digest, content: known }
  try {
    await engine.pull(cacheFrom, undefined, order.registry.token, signal)
  } catch {
    // A cache that cannot be had costs time, not the build.
    signal.throwIfAborted()
    return undefined
  }
  const content = await engine.inspect(cacheFrom)
  return content && { digest, content }
}

async function build(task: BuildTask, hasCache: boolean, tools: ImageBuildTools): Promise<void> {
  const plan = await planContext(tools.archive, task.context, task.dockerfile ?? 'Dockerfile')
  const last: string[] = []
  const request = {
    context: openContext(tools.archive, plan) as unknown as NodeJS.ReadableStream,
    dockerfile: plan.dockerfile,
    platform: task.platform,
    target: task.target,
    args: task.args,
    tag: task.push,
    cacheFrom: hasCache ? task.cacheFrom : undefined,
  }
  const write = (line: OutputLine) => {
    last.push(line.text)
    if (last.length > LAST_LINES) last.shift()
    tools.write({ ...line, service: task.service })
  }
  try {
    await tools.engine.build(request, write, tools.signal)
  } catch (error) {
    tools.signal.throwIfAborted()
    if (!(error instanceof EngineError) && !isRefusal(error)) throw error
    throw await explainFailure(task, messageOf(error), last, tools)
  }
}

async function explainFailure(
  task: BuildTask,
  message: string,
  last: string[],
  tools: ImageBuildTools,
): Promise<BuildFailure> {
  const output = `${last.join('\n')}\n${message}`
  if (/exec format error/i.test(output) && !(await canRun(task.platform, tools.engineArchitecture))) {
    return new BuildFailure('emulation-missing', emulationAdvice(task.platform), task.service)
  }
  if (/no space left on device/i.test(output)) {
    return new BuildFailure(
      'builder-disk-full',
      "The builder's disk is full; free space on it or lower BUILDER_DISK_LIMIT_BYTES.",
      task.service,
    )
  }
  const exit = /exit code: (\d+)/.exec(message)?.[1]
  const what =
    exit === undefined
      ? message
      : `A command of its Dockerfile ended with exit code ${exit} (${message.replace(/: exit code.*$/, '')})`
  const lines = last.filter((line) => line !== '').slice(-LAST_LINES)
  const tail = lines.length > 0 ? `\nIts last lines:\n${lines.map((line) => `  ${line}`).join('\n')}` : ''
  return new BuildFailure(
    'dockerfile-failed',
    `${task.service} for ${task.platform} did not build. ${what}.${tail}`,
    task.service,
  )
}

async function fetchImage(task: BuildTask, image: string, tools: ImageBuildTools): Promise<void> {
  try {
    await tools.engine.pull(image, task.platform, undefined, tools.signal)
  } catch (error) {
    tools.signal.throwIfAborted()
    // Images that were made on the builder itself are as good.
    if (!(await tools.engine.inspect(image))) {
      const reason = `The image ${image} cannot be had for ${task.platform}: ${messageOf(error)}`
      throw new BuildFailure('image-unavailable', reason, task.service, { cause: error })
    }
  }
  await tools.engine.tag(image, task.push)
}

async function push(task: BuildTask, tools: ImageBuildTools): Promise<string> {
  let saidAt = Date.now()
  const progress = (done: number, total: number) => {
    if (Date.now() - saidAt < PROGRESS_EVERY_MS) return
    saidAt = Date.now()
    tools.write({ kind: 'output', service: task.service, text: `Pushing ${megabytes(done)} of ${megabytes(total)}` })
  }
  for (let tries = 1; ; tries++) {
    try {
      await tools.registry.check(tools.signal)
      return await tools.engine.push(task.push, tools.order.registry.token, progress, tools.signal)
    } catch (error) {
      tools.signal.throwIfAborted()
      if (error instanceof BuildFailure) throw error
      // What the engine gives up on it has tried for more than a minute already.
      if (tries >= PUSH_TRIES || error instanceof EngineError) throw pushFailure(task, error)
      tools.write({ kind: 'error', service: task.service, text: `Pushing failed, trying again: ${messageOf(error)}` })
      await pause(PUSH_PAUSE_MS * tries, tools.signal)
    }
  }
}

function pushFailure(task: BuildTask, error: unknown): BuildFailure {
  const reason =
    `${task.service} was built, but the registry did not take it: ${messageOf(error)}. ` +
    'Is it running, and has it space left? Push again when it has.'
  return new BuildFailure('registry-unavailable', reason, task.service, { cause: error })
}

async function describe(
  task: BuildTask,
  digest: string,
  built: BuiltContent,
  tools: ImageBuildTools,
): Promise<BuiltImage> {
  const { service, platform } = task
  const [repository] = splitTag(task.push.slice(task.push.indexOf('/') + 1))
  const held = await tools.registry.describe(repository, digest, tools.signal)
  const { config, unpackedBytes } = built
  return { service, platform, digest, ...held, unpackedBytes, config }
}

// The engine answers 4xx and 500 to builds that it cannot even begin, with the Dockerfile's fault in the message.
function isRefusal(error: unknown): boolean {
  return typeof (error as { statusCode?: unknown }).statusCode === 'number'
}

function messageOf(error: unknown): string {
  const { reason, message, cause } = error as { reason?: string; message?: string; cause?: Error }
  const text = message ?? reason ?? String(error)
  return cause?.message ? `${text} (${cause.message})` : text
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    signal.addEventListener('abort', done)
  })
}
