/*
 * Gives deltas the files of images in a Docker engine.
 */
import type Docker from 'dockerode'
import type { ImageOpener } from '../../../images/deltas/ports.js'
import type { ImageFiles } from '../../../images/ports.js'
import { removeLeftSources } from './archived-files.js'
import { openImageFiles, type ImageFilesOptions } from './open-image-files.js'

export class DockerImageOpener implements ImageOpener {
  constructor(
    private readonly docker: Docker,
    private readonly options: ImageFilesOptions,
  ) {}

  open(image: string): Promise<ImageFiles> {
    return openImageFiles(this.docker, image, this.options)
  }

  clear(): Promise<void> {
    return removeLeftSources(this.docker, this.options.deviceId)
  }
}
