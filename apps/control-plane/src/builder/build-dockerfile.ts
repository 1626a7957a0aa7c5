import type { BuildOrder, BuildTask } from '@flotilla/contracts'
import { BuildFailure, diskFull, isDiskFull } from './build-failure.js'
import type { ImageBuildTools } from './image-build-tools.js'
import type { OutputLine } from './build-output.js'
import { canRun, emulationAdvice } from './emulation.js'
import { EngineError } from './engine-messages.js'
import { messageOf } from './registry/patience.js'
import { openContext, planContext } from './source-archive.js'

const LAST_LINES = 20

/** Builds a service from its Dockerfile; `cache` is an image in the engine whose layers may be taken over. */
export async function buildDockerfile(
  task: BuildTask,
  cache: string | undefined,
  tools: ImageBuildTools,
): Promise<void> {
  const plan = await planContext(tools.archive, task.context, task.dockerfile ?? 'Dockerfile')
  const last: string[] = []
  const request = {
    context: openContext(tools.archive, plan) as unknown as NodeJS.ReadableStream,
    dockerfile: plan.dockerfile,
    platform: task.platform,
    target: task.target,
    args: { ...sourceDate(tools.order), ...task.args },
    tag: task.push,
    cacheFrom: cache,
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
  if (isDiskFull(output)) return diskFull(task.service)
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

// Programs that know it date by it what they write, where the Dockerfile passes it on to them (ARG).
function sourceDate({ commitTime }: BuildOrder): Record<string, string> {
  return commitTime === undefined ? {} : { SOURCE_DATE_EPOCH: String(commitTime) }
}

// The engine answers 4xx and 500 to builds that it cannot even begin, with the Dockerfile's fault in the message.
function isRefusal(error: unknown): boolean {
  return typeof (error as { statusCode?: unknown }).statusCode === 'number'
}
