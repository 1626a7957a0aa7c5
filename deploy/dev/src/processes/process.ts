import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { boundCommand, findProgram, type RunAs } from './credentials.js'
import { waitFor } from './wait.js'

export interface ProcessOptions {
  /** For log lines and errors: `api`, `postgres`. */
  name: string
  command: string
  args?: string[]
  /** The whole environment of the child; absent: ours. */
  env?: NodeJS.ProcessEnv
  cwd?: string
  user?: RunAs
  /** Path of a network namespace to run in. */
  networkNamespace?: string
  /** Output is appended here. */
  logFile?: string
  onLine?: (line: string) => void
  /** A line that says the program is ready, or a question that is asked again until it is answered with true. */
  ready?: RegExp | (() => Promise<boolean>)
  readyTimeoutMs?: number
  stopSignal?: NodeJS.Signals
  /** How long a stop may take before SIGKILL. */
  stopTimeoutMs?: number
  /** Called where the program ends although nobody stopped it. */
  onCrash?: (exit: ProcessExit) => void
}

export interface ProcessExit {
  name: string
  code: number | null
  signal: NodeJS.Signals | null
  lastLines: string[]
}

export interface RunningProcess {
  readonly name: string
  readonly pid: number
  readonly exited: Promise<ProcessExit>
  isRunning(): boolean
  /** The last lines of output, oldest first. */
  lastLines(): string[]
  /** Ends the program by its pid: first kindly, after the time limit by force. May be called again. */
  stop(): Promise<void>
  kill(signal: NodeJS.Signals): void
}

const KEPT_LINES = 200

/** Starts a program, waits until it is ready, and keeps its output. It ends with this process at the latest. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const running = new ChildProgram(options)
  try {
    await running.untilReady()
    return running
  } catch (cause) {
    await running.stop()
    throw new Error([`${options.name} did not start.`, ...running.lastLines().slice(-20)].join('\n'), { cause })
  }
}

class ChildProgram implements RunningProcess {
  readonly name: string
  readonly exited: Promise<ProcessExit>
  private readonly child: ChildProcess
  private readonly lines: string[] = []
  private readonly log?: WriteStream
  private exit?: ProcessExit
  private stopping = false
  private sawReadyLine = false

  constructor(private readonly options: ProcessOptions) {
    this.name = options.name
    this.log = options.logFile ? openLog(options.logFile) : undefined
    this.child = spawnBound(options)
    const closed = [this.child.stdout, this.child.stderr].map((stream) => this.collect(stream))
    this.exited = new Promise((resolve) => {
      const finish = (code: number | null, signal: NodeJS.Signals | null) =>
        void Promise.all(closed)
          .then(() => this.ended(code, signal))
          .then(resolve)
      this.child.once('error', (error) => {
        this.take(`${options.command}: ${error.message}`)
        finish(null, null)
      })
      // Not 'close': a grandchild that keeps the output open must not hide that the program itself ended.
      this.child.once('exit', finish)
    })
  }

  get pid(): number {
    return this.child.pid ?? -1
  }

  isRunning(): boolean {
    return this.exit === undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  lastLines(): string[] {
    return [...this.lines]
  }

  async untilReady(): Promise<void> {
    const { ready, name, readyTimeoutMs } = this.options
    const isReady = typeof ready === 'function' ? ready : () => ready === undefined || this.sawReadyLine
    let gone = false
    void this.exited.then(() => (gone = true))
    await waitFor(async () => gone || (await isReady()), { what: `${name} is ready`, timeoutMs: readyTimeoutMs })
    if (gone || !this.isRunning()) throw new Error(describeExit(await this.exited))
  }

  async stop(): Promise<void> {
    this.stopping = true
    if (!this.isRunning()) return void (await this.exited)
    this.kill(this.options.stopSignal ?? 'SIGTERM')
    const force = setTimeout(() => this.kill('SIGKILL'), this.options.stopTimeoutMs ?? 10_000)
    await this.exited
    clearTimeout(force)
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isRunning()) this.child.kill(signal)
  }

  private collect(stream: NodeJS.ReadableStream | null): Promise<void> {
    if (!stream) return Promise.resolve()
    const reader = createInterface({ input: stream })
    reader.on('line', (line) => this.take(line))
    return new Promise((resolve) => {
      reader.once('close', resolve)
      // The program's last lines arrive after its end; a grandchild may hold the pipe for ever, so do not wait long.
      this.child.once('exit', () => setTimeout(resolve, 500).unref())
      this.child.once('error', () => resolve())
    })
  }

  private take(line: string): void {
    this.lines.push(line)
    if (this.lines.length > KEPT_LINES) this.lines.shift()
    this.log?.write(`${line}\n`)
    if (this.options.ready instanceof RegExp && this.options.ready.test(line)) this.sawReadyLine = true
    this.options.onLine?.(line)
  }

  private async ended(code: number | null, signal: NodeJS.Signals | null): Promise<ProcessExit> {
    this.exit = { name: this.name, code, signal, lastLines: this.lastLines() }
    // Whoever is told of the end may look into the log at once.
    await new Promise<void>((resolve) => (this.log ? this.log.end(() => resolve()) : resolve()))
    if (!this.stopping) this.options.onCrash?.(this.exit)
    return this.exit
  }
}

/** "api ended with exit code 1", for people. */
export function describeExit(exit: ProcessExit): string {
  const how = exit.signal ? `by ${exit.signal}` : exit.code === null ? 'before it began' : `with exit code ${exit.code}`
  return `${exit.name} ended ${how}.`
}

function spawnBound(options: ProcessOptions): ChildProcess {
  // nsenter and not `ip netns exec`: that one mounts another /sys, without the cgroups that an engine needs.
  const enter = options.networkNamespace ? ['nsenter', `--net=${options.networkNamespace}`, '--'] : []
  const plain = [...enter, options.command, ...(options.args ?? [])]
  const [command = '', ...args] = boundCommand(plain, options.stopSignal ?? 'SIGTERM', options.user)
  const changed = findProgram('setpriv') ? {} : { uid: options.user?.uid, gid: options.user?.gid }
  // A process group of its own: Ctrl-C in the terminal reaches us alone, and we stop things in order.
  return spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...changed,
  })
}

function openLog(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true })
  return createWriteStream(file, { flags: 'a' })
}
