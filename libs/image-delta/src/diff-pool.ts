import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { diffContents, type ContentDiff, type DiffTask } from './content-diff.js'

const MOST_THREADS = 4
// What all tasks that run at a time may need together; a larger one runs alone.
const MEMORY = 450e6
// To hand such a task to a thread takes longer than to do it.
const SMALL = 500e3

interface Waiting {
  task: DiffTask
  resolve: (diff: ContentDiff) => void
  reject: (error: unknown) => void
}

/** Compares contents in as many threads as there are processors. */
export class DiffPool {
  private readonly idle: Worker[] = []
  private readonly busy = new Set<Worker>()
  private readonly queue: Waiting[] = []
  private memory = 0
  private isClosed = false

  run(task: DiffTask): Promise<ContentDiff> {
    // Threads are started from built files only; from TypeScript sources, as tests have them, there is just this one.
    if (memoryOf(task) < SMALL || import.meta.url.endsWith('.ts')) return Promise.resolve(task).then(diffContents)
    return new Promise((resolve, reject) => {
      this.queue.push({ task, resolve, reject })
      this.start()
    })
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const { reject } of this.queue.splice(0)) reject(new Error('The delta was given up.'))
    await Promise.all([...this.idle, ...this.busy].map((worker) => worker.terminate()))
  }

  private start(): void {
    const next = this.queue[0]
    if (!next || this.isClosed) return
    const memory = memoryOf(next.task)
    if (this.busy.size > 0 && this.memory + memory > MEMORY) return
    if (this.idle.length === 0 && this.busy.size >= Math.min(MOST_THREADS, availableParallelism())) return
    this.queue.shift()
    this.memory += memory
    const worker = this.idle.pop() ?? new Worker(new URL('./diff.worker.js', import.meta.url))
    this.busy.add(worker)
    void this.finished(worker, next).finally(() => {
      this.memory -= memory
      this.start()
    })
    this.start()
  }

  private async finished(worker: Worker, { task, resolve, reject }: Waiting): Promise<void> {
    try {
      const diff = await answerOf(worker, task)
      this.idle.push(worker)
      resolve(diff)
    } catch (error) {
      reject(error)
    } finally {
      this.busy.delete(worker)
    }
  }
}

function answerOf(worker: Worker, task: DiffTask): Promise<ContentDiff> {
  return new Promise((resolve, reject) => {
    const end = (done: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended)
      done()
    }
    const answered = (diff: ContentDiff) => end(() => resolve(diff))
    const failed = (error: Error) => end(() => reject(error))
    const ended = () => failed(new Error('A thread that compares contents ended.'))
    worker.on('message', answered).on('error', failed).on('exit', ended)
    worker.postMessage(task)
  })
}

/** Both contents, the index of the old one, and what comes out. */
function memoryOf({ sources, target }: DiffTask): number {
  const source = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  return 6 * source + 2 * target.bytes
}
