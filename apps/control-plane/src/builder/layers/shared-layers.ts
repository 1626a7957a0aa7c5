import type { RegistryLayer } from './known-layers.js'

/** Layers that several services of one build have: the first that needs one packs and pushes it for all of them. */
export class SharedLayers {
  private readonly made = new Map<string, Promise<RegistryLayer>>()

  /** What has been made of it, or is being made; undefined: nothing, or that failed. */
  async find(key: string): Promise<RegistryLayer | undefined> {
    return this.made.get(key)?.catch(() => undefined)
  }

  /** Makes it, unless somebody does so already. Who fails leaves it to the next. */
  make(key: string, make: () => Promise<RegistryLayer>): Promise<RegistryLayer> {
    const known = this.made.get(key)
    if (known) return known.catch(() => this.make(key, make))
    const making = make()
    this.made.set(key, making)
    making.catch(() => this.made.delete(key))
    return making
  }
}
