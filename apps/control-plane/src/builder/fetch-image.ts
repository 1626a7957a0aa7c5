import type { BuildTask } from '@flotilla/contracts'
import { BuildFailure } from './build-failure.js'
import type { ImageBuildTools } from './image-build-tools.js'
import { messageOf } from './registry/patience.js'

/** An image that is used as it is (compose `image:`), from wherever the engine finds it. */
export async function fetchImage(task: BuildTask, image: string, tools: ImageBuildTools): Promise<void> {
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
