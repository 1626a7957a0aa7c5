import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { anySignal } from 'any-signal'
import type { BuildOrder, BuildResult, BuiltImage } from '@flotilla/contracts'
import { BuildAborted, BuildFailure } from './build-failure.js'
import { buildImage } from './build-image.js'
import { BuildOutputStream } from './build-output.js'
import type { ControlPlaneClient } from './control-plane-client.js'
import { boundDisk, tidyImages } from './disk.js'
import { type BuilderEngine, madeTag, splitTag } from './engine.js'
import type { ImageBuildTools } from './image-build-tools.js'
import { SharedLayers } from './layers/shared-layers.js'
import { RegistryClient } from './registry/registry-client.js'
import { EngineLost } from './engine-messages.js'
import { makeScratch } from './scratch.js'

// Services build side by side, but a small machine is soon full.
const TASKS_AT_ONCE = 2

export interface BuilderTools {
  engine: BuilderEngine
  diskLimitBytes: number
  // For the source of a build and one layer at a time; what a build puts there goes with it.
  scratchFolder: string
  // Aborted when the builder itself is to stop: builds are handed back.
  stopping: AbortSignal
}

/**
 * Runs one attempt of a build to its end and tells the control plane how it ended. Throws where nothing can be told
 * (engine down, control plane away): the queue then hands the job out again.
 */
export async function runBuild(client: ControlPlaneClient, attempt: number, tools: BuilderTools): Promise<void> {
  const over = new AbortController()
  const output = new BuildOutputStream(client, attempt, (error) => over.abort(error ?? new BuildAborted('cancelled')))
  const stop = () => over.abort(new HandBack())
  tools.stopping.addEventListener('abort', stop)
  const folder = await makeScratch(tools.scratchFolder)
  try {
    const result = await attemptBuild({ client, attempt, folder, output, signal: over.signal }, tools)
    if (result.outcome === 'failed') output.write({ kind: 'error', text: result.reason, service: result.service })
    await output.close()
    if (!over.signal.aborted) await client.finish(result)
  } catch (error) {
    await output.close()
    if (!over.signal.aborted) throw error
    if (over.signal.reason instanceof HandBack) await client.finish({ outcome: 'handed-back', attempt })
  } finally {
    tools.stopping.removeEventListener('abort', stop)
    await rm(folder, { recursive: true, force: true })
  }
}

class HandBack extends Error {}

interface Attempt {
  client: ControlPlaneClient
  attempt: number
  folder: string
  output: BuildOutputStream
  signal: AbortSignal
}

async function attemptBuild(
  { client, attempt, folder, output, signal }: Attempt,
  tools: BuilderTools,
): Promise<BuildResult> {
  const order = await client.order(signal)
  const deadline = anySignal([signal, AbortSignal.timeout(order.timeLeftMs)])
  try {
    const engineArchitecture = await waitForEngine(tools.engine, output, deadline)
    const archive = join(folder, 'source.tar.gz')
    await client.downloadSource(archive, deadline)
    const images = await pastRestarts(tools.engine, output, deadline, () =>
      buildAll({
        engine: tools.engine,
        engineArchitecture,
        registry: new RegistryClient(order.registry),
        order,
        folder,
        archive,
        shared: new SharedLayers(),
        write: (line) => output.write(line),
        signal: deadline,
      }),
    )
    await tidy(order, images, tools)
    return { outcome: 'built', attempt, images }
  } catch (error) {
    if (signal.aborted) throw error
    if (deadline.aborted)
      return { outcome: 'failed', attempt, code: 'deadline', reason: 'The build took longer than it may.' }
    if (!(error instanceof BuildFailure)) throw error
    const { code, reason, service } = error
    return { outcome: 'failed', attempt, code, reason, ...(service !== undefined && { service }) }
  } finally {
    deadline.clear()
  }
}

/** All tasks, a few at a time; the first failure ends the others. */
async function buildAll(tools: ImageBuildTools): Promise<BuiltImage[]> {
  const first = new AbortController()
  const signal = anySignal([tools.signal, first.signal])
  const waiting = [...tools.order.tasks.entries()]
  const images: BuiltImage[] = []
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [at, task] = next
      images[at] = await buildImage(task, { ...tools, signal })
    }
  }
  const workers = Array.from({ length: TASKS_AT_ONCE }, async () => {
    try {
      await work()
    } catch (error) {
      first.abort(error)
      throw error
    }
  })
  await Promise.allSettled(workers)
  if (first.signal.aborted) throw first.signal.reason
  return images
}

const RESTARTS = 2
const RESTART_TRIES = 30

/** Begins again what an engine broke off that is restarted, as by an upgrade: its cache has all steps that were done. */
async function pastRestarts<T>(
  engine: BuilderEngine,
  output: BuildOutputStream,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof EngineLost) || signal.aborted || restarts >= RESTARTS) throw error
      output.write({ kind: 'error', text: "The builder's Docker engine stopped in the middle; beginning again." })
      await waitForEngine(engine, output, signal, RESTART_TRIES)
    }
  }
}

const ENGINE_TRIES = 5
const ENGINE_PAUSE_MS = 2_000

/** An engine that restarts is waited for; one that stays away is told as the reason. */
async function waitForEngine(
  engine: BuilderEngine,
  output: BuildOutputStream,
  signal: AbortSignal,
  mostTries = ENGINE_TRIES,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      return await engine.architecture()
    } catch (cause) {
      signal.throwIfAborted()
      if (tries >= mostTries) {
        throw new BuildFailure(
          'engine-down',
          "The builder's Docker engine is down; start it on the builder's machine and push again.",
          undefined,
          { cause },
        )
      }
      output.write({ kind: 'error', text: "The builder's Docker engine does not answer; trying again." })
      await new Promise((resolve) => setTimeout(resolve, ENGINE_PAUSE_MS))
    }
  }
}

async function tidy(order: BuildOrder, images: readonly BuiltImage[], tools: BuilderTools): Promise<void> {
  const names = order.tasks.flatMap(({ push }, at) => {
    const [repository] = splitTag(push)
    return [push, madeTag(`${repository}@${images[at]?.digest}`)]
  })
  await tidyImages(tools.engine.docker, new Set(names))
  await boundDisk(tools.engine.docker, tools.diskLimitBytes)
}
