import { type ChildProcess, fork } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { anySignal } from 'any-signal'
import { childEnvironment } from '../../config/child-environment.js'
import { DeltaFailure } from './delta-failure.js'
import { type MakingOrder, type MakingResult, MakingResultSchema } from './make-delta.messages.js'

// The built one, whether this file is built or source.
const PROGRAM = fileURLToPath(new URL('../../../dist/deltas/making/make-delta.process.js', import.meta.url))
const LOOK_EVERY_MS = 1_000

export interface ProcessBounds {
  memoryBytes: number
  // Aborted: the process is killed, whatever it is in the midst of.
  signal: AbortSignal
}

/** Makes a delta in a process of its own. */
export async function makeInProcess(
  order: MakingOrder,
  bounds: ProcessBounds,
): Promise<{ sizeBytes: number; digest: string }> {
  bounds.signal.throwIfAborted()
  const heapMegabytes = Math.floor(bounds.memoryBytes / 1024 ** 2)
  const child = fork(PROGRAM, [], {
    env: childEnvironment(),
    execArgv: [`--max-old-space-size=${heapMegabytes}`, '--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  standBack(child)
  const overMemory = new AbortController()
  const watch = setInterval(() => void watchMemory(child, bounds.memoryBytes, overMemory), LOOK_EVERY_MS)
  const kill = () => child.kill('SIGKILL')
  const stop = anySignal([bounds.signal, overMemory.signal])
  stop.addEventListener('abort', kill)
  try {
    const result = await answerOf(child, order)
    return outcomeOf(result)
  } catch (error) {
    // Why it was killed says more than that it was.
    stop.throwIfAborted()
    throw error
  } finally {
    clearInterval(watch)
    stop.removeEventListener('abort', kill)
    stop.clear()
    kill()
  }
}

/** The server has better things to do: and if the machine runs out of memory, this process is the one to go. */
function standBack({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It ended already, which its answer tells.
  }
  void writeFile(`/proc/${pid}/oom_score_adj`, '800').catch(() => undefined)
}

/** Buffers are outside of what Node bounds. Systems without /proc do without. */
async function watchMemory({ pid }: ChildProcess, memoryBytes: number, over: AbortController): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
  if (kilobytes * 1024 > memoryBytes) over.abort(tooMuchMemory())
}

function tooMuchMemory(): DeltaFailure {
  return new DeltaFailure('Making it takes more memory than a worker may use; see DELTA_MEMORY_BYTES.')
}

async function answerOf(child: ChildProcess, order: MakingOrder): Promise<MakingResult> {
  const errors = child.stderr ? text(child.stderr) : Promise.resolve('')
  const answer = new Promise<unknown>((resolve) => child.once('message', resolve))
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  child.send(order, () => undefined)
  const end = await Promise.race([answer.then((message) => ({ message })), ended])
  if ('message' in end) return MakingResultSchema.parse(end.message)
  const said = (await errors).trim()
  if (end.signal === 'SIGABRT' || /heap out of memory/.test(said)) throw tooMuchMemory()
  throw new Error(`The process that makes deltas ended with ${end.signal ?? end.code}: ${said.slice(-500)}`)
}

function outcomeOf(result: MakingResult): { sizeBytes: number; digest: string } {
  if (result.kind === 'made') return result
  if (result.final) throw new DeltaFailure(`The images cannot be compared: ${result.message}`)
  throw new Error(`Making the delta failed: ${result.message}`)
}
