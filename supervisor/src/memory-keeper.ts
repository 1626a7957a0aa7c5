import type { DeviceMemory } from '@flotilla/reconcile'
import { DurableValue } from './durable-value.js'
import type { Document } from './ports.js'

/** What the device remembers of its apps: the last good release, what is tried, what was given up. */
export class MemoryKeeper {
  private readonly kept: DurableValue<DeviceMemory>

  constructor(document: Document<DeviceMemory>) {
    this.kept = new DurableValue(document, {})
  }

  get changed() {
    return this.kept.changed
  }

  get memory(): DeviceMemory {
    return this.kept.value
  }

  load(): Promise<void> {
    return this.kept.load()
  }

  /** `change` is pure. Durable when it resolves, and shown to nobody before. */
  update(change: (memory: DeviceMemory) => DeviceMemory): Promise<void> {
    return this.kept.update(change)
  }
}
