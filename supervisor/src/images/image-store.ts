import type { PullImage, StepContext } from '../execute/step-handlers.js'
import type { StepOf } from '../ports.js'
import { ImageBringer, type BringerParts } from './image-bringer.js'
import { remains } from './ledger.js'
import { UnknownManifest } from './manifest.js'

export interface ImageStoreParts extends BringerParts {
  /** For engines that do not reach this device, and for images of kinds that only they know. */
  pullDirectly: PullImage
}

/**
 * Brings images to the engine by the way that costs least. What has come of one stays on the disk until the engine has
 * it, so that nothing is fetched twice, whatever is cut.
 */
export class ImageStore {
  private readonly bringer: ImageBringer
  private isReached = false
  // Images that are being pulled.
  private readonly active = new Set<string>()

  constructor(private readonly parts: ImageStoreParts) {
    this.bringer = new ImageBringer(parts)
  }

  async pull(step: StepOf<'pull-image'>, context: StepContext): Promise<void> {
    const { image } = step
    const { pulls, pullDirectly, log } = this.parts
    this.isReached ||= await pulls.isReachable(context.signal)
    if (!this.isReached) {
      log.info('the engine does not reach this device and pulls by itself', { image })
      return pullDirectly(step, context)
    }
    this.active.add(image)
    try {
      await this.bring(step, context)
    } catch (error) {
      if (!(error instanceof UnknownManifest)) throw error
      log.info('the engine pulls by itself an image of an unknown kind', { image, error })
      await pullDirectly(step, context)
    } finally {
      this.active.delete(image)
    }
  }

  /**
   * What was begun for other images than these, what pulls left in the engine that were cut, and what was kept for later
   * ones may go.
   */
  async tidy(wanted: ReadonlySet<string>): Promise<void> {
    const { engine, ledger, pulls, finders, clock } = this.parts
    await ledger.keepOnly(new Set([...wanted, ...this.active]), clock.now())
    const images = await engine.images()
    for (const name of remains(images, pulls.references)) await engine.removeName(name)
    for (const finder of finders) await finder.tidy(images)
  }

  private async bring(step: StepOf<'pull-image'>, context: StepContext): Promise<void> {
    const { documents, ledger, engine, clock } = this.parts
    const { image: name, configDigest } = step
    await ledger.begin(name, [name.slice(name.lastIndexOf('@') + 1)])
    const image = await documents.read(name, context.signal)
    if (configDigest !== undefined && configDigest !== image.config.digest) {
      throw new Error(`The registry has another image under ${name} than the one that is wanted`)
    }
    const tars = await this.bringer.bring(image, context)
    await ledger.finish(name, { tars, inEngine: await engine.images(), now: clock.now() })
  }
}
