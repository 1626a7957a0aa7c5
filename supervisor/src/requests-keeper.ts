import type { Requests } from '@flotilla/reconcile'
import { DurableValue } from './durable-value.js'
import type { Document } from './ports.js'

/** What people and apps asked of this device and is still to be done. */
export class RequestsKeeper {
  private readonly kept: DurableValue<Requests>

  constructor(document: Document<Requests>) {
    this.kept = new DurableValue<Requests>(document, { stopped: [], purge: [], forced: {} })
  }

  /** The apply loop listens: what is asked is looked at once it is on disk. */
  get changed() {
    return this.kept.changed
  }

  get requests(): Requests {
    return this.kept.value
  }

  load(): Promise<void> {
    return this.kept.load()
  }

  /** `change` is pure. Durable when it resolves, and shown to nobody before. */
  edit(change: (requests: Requests) => Requests): Promise<void> {
    return this.kept.update(change)
  }
}
