import { requiresReboot } from '@flotilla/reconcile'
import { DurableValue } from '../durable-value.js'
import type { Document, StepOf } from '../ports.js'
import type { StoredReboots } from './stored-reboots.js'

/** Who asks for a restart of the board, until there was one. */
export class AskedReboots {
  private readonly kept: DurableValue<StoredReboots>

  constructor(
    document: Document<StoredReboots>,
    private readonly bootId: () => string,
  ) {
    this.kept = new DurableValue<StoredReboots>(document, { bootId: '', services: [] })
  }

  load(): Promise<void> {
    return this.kept.load()
  }

  services(): string[] {
    const { bootId, services } = this.kept.value
    return bootId === this.bootId() ? services : []
  }

  /** Before the container is made: a supervisor that is killed in between must not forget it. */
  async note({ service, spec }: StepOf<'create-container'>): Promise<void> {
    const bootId = this.bootId()
    // A board that cannot tell one boot from the next would restart for ever.
    if (!requiresReboot(spec.config) || bootId === '') return
    await this.kept.update(() => ({ bootId, services: [...new Set([...this.services(), service])].sort() }))
  }
}
