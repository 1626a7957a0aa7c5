import type { CurrentContainer } from '@flotilla/reconcile'
import { DurableValue } from '../durable-value.js'
import { TAKE_OVER_FILES } from '../locks/lock-paths.js'
import type { Document, Engine } from '../ports.js'

/** Which containers have said that their predecessors may go: over the local API, or by a file. */
export class TakeOvers {
  private readonly kept: DurableValue<string[]>

  constructor(
    document: Document<string[]>,
    private readonly engine: Pick<Engine, 'hasFile'>,
  ) {
    this.kept = new DurableValue<string[]>(document, [])
  }

  load(): Promise<void> {
    return this.kept.load()
  }

  async hasTakenOver({ id }: CurrentContainer): Promise<boolean> {
    if (this.kept.value.includes(id)) return true
    const found = await Promise.all(TAKE_OVER_FILES.map((path) => this.engine.hasFile(id, path)))
    return found.includes(true)
  }

  /** `containers` are those that there are: of others nothing needs to be known any more. */
  note(id: string, containers: readonly CurrentContainer[]): Promise<void> {
    const isThere = (known: string) => containers.some((container) => container.id === known)
    return this.kept.update((ids) => [...ids.filter((known) => known !== id && isThere(known)), id])
  }
}
