import type { ContentDiff, DiffTask } from './content-diff.js'
import type { DiffPool } from './diff-pool.js'

// New bytes whose comparisons run or wait for being written, and how many comparisons.
const MOST_BYTES = 64e6
const MOST_TASKS = 64

/** Begins the comparisons of a layer in their order, some ahead of those that are asked for. */
export class DiffAhead {
  private readonly tasks: DiffTask[] = []
  private readonly results: Promise<ContentDiff>[] = []
  private bytesAhead = 0
  private taken = 0

  constructor(
    private readonly pool: DiffPool,
    private readonly onDone: (targetBytes: number) => void,
  ) {}

  /** What gives its result; to be asked for in the order of adding, once each. */
  add(task: DiffTask): () => Promise<ContentDiff> {
    const number = this.tasks.push(task) - 1
    return () => this.take(number)
  }

  private async take(number: number): Promise<ContentDiff> {
    this.taken = number
    this.begin()
    const bytes = this.tasks[number]?.target.bytes ?? 0
    const diff = await this.results[number]
    if (!diff) throw new Error('A comparison was asked for twice.')
    Reflect.deleteProperty(this.results, number)
    this.bytesAhead -= bytes
    this.onDone(bytes)
    return diff
  }

  private begin(): void {
    while (this.results.length < this.tasks.length) {
      const task = this.tasks[this.results.length]
      const isFirst = this.results.length === this.taken
      const isFar = this.bytesAhead > MOST_BYTES || this.results.length - this.taken >= MOST_TASKS
      if (!task || (isFar && !isFirst)) return
      this.bytesAhead += task.target.bytes
      const result = this.pool.run(task)
      // Its failure is met when it is asked for, or not at all when another one failed before.
      result.catch(() => undefined)
      this.results.push(result)
    }
  }
}
