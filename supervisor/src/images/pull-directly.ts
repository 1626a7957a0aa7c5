import type { PullImage } from '../execute/step-handlers.js'
import type { Cloud, Engine } from '../ports.js'

/** The engine pulls images from the fleet's registry by itself: what is cut then begins anew, layer by layer. */
export function pullerBy(engine: Pick<Engine, 'pullFrom'>, cloud: Pick<Cloud, 'registryToken'>): PullImage {
  return async ({ image, sizeBytes }, { signal, onProgress }) => {
    const { token } = await cloud.registryToken()
    const onBytes = (doneBytes: number, neededBytes: number) =>
      onProgress({ doneBytes, neededBytes, way: 'layers', neighbourBytes: 0, bundleBytes: 0 })
    await engine.pullFrom(image, { signal, token, sizeBytes, onBytes })
  }
}
