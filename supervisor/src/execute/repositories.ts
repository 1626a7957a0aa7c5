import type { TargetApp } from '@flotilla/contracts'
import type { Document } from '../ports.js'

/** The repositories that this device pulled from: images of others are none of the supervisor's business. */
export class Repositories {
  private known = new Set<string>()

  constructor(private readonly document: Document<string[]>) {}

  async load(): Promise<void> {
    this.known = new Set(await this.document.read())
  }

  /** Those and these apps': their images may be in the engine already, whoever brought them. */
  withThoseOf(apps: readonly TargetApp[]): string[] {
    const services = apps.flatMap((app) => Object.values(app.services))
    return [...new Set([...this.known, ...services.map(({ image }) => image.repository)])]
  }

  /** `image` is repository@digest. */
  async remember(image: string): Promise<void> {
    const repository = image.slice(0, image.lastIndexOf('@'))
    if (this.known.has(repository)) return
    this.known.add(repository)
    await this.document.write([...this.known])
  }
}
