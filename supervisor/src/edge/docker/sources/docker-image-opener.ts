/*
 * Gives deltas the files of images in a Docker engine.
 */
import type Docker from 'dockerode'
import type { ImageOpener } from '../../../images/deltas/ports.js'
import type { ImageFiles } from '../../../images/ports.js'
import { removeLeftSources } from './archived-files.js'
import { openImageFiles, type ImageFilesOptions } from './open-image-files.js'

export class DockerImageOpener implements ImageOpener {
  private cleared?: Promise<void>

  constructor(
    private readonly docker: Docker,
    private readonly options: ImageFilesOptions,
  ) {}

  async open(image: string): Promise<ImageFiles> {
    // Never beside it: what is opened now is none of what a crash left.
    await this.clear()
    return openImageFiles(this.docker, image, this.options)
  }

  /** Once in a life of the process. */
  clear(): Promise<void> {
    this.cleared ??= removeLeftSources(this.docker, this.options.deviceId).catch((error: unknown) => {
      this.cleared = undefined
      throw error
    })
    return this.cleared
  }
}
