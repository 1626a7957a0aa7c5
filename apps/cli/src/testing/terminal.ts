import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type Config, readConfig } from '../config.js'
import type { Io } from '../io.js'
import { run } from '../run.js'
import { type TestServer, testServer } from './server.js'

export interface Ran {
  status: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  /** What is piped in. Absent: nothing. */
  stdin?: string
  /** Somebody sits at a terminal and answers these questions, which come up in this order. */
  answers?: [question: string, answer: string][]
  env?: Record<string, string>
  cwd?: string
  /** Sees all that is printed so far; true means Ctrl-C. */
  interruptWhen?: (printed: string) => boolean
}

/** A home folder of its own, in which the command is run as a person would. */
export class Terminal {
  readonly home = mkdtempSync(join(tmpdir(), 'flotilla-home-'))
  readonly server: TestServer = testServer()

  get credentialsFile(): string {
    return join(this.home, '.config', 'flotilla', 'config.json')
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const screen = new Screen(options)
    const status = await run(words, screen.io(options.cwd ?? this.home), this.config(options.env))
    return { status, stdout: screen.stdout, stderr: screen.stderr }
  }

  /** Runs what has to work, and gives what it prints. */
  async ok(...words: string[]): Promise<string> {
    const ran = await this.run(words)
    if (ran.status !== 0) throw new Error(`flotilla ${words.join(' ')}: ${ran.stderr}`)
    return ran.stdout
  }

  /** The same with --json, read. */
  async json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
    return JSON.parse(await this.ok(...words, '--json')) as T
  }

  async signIn(): Promise<this> {
    const { url, email, password } = this.server
    const ran = await this.run(['login', url, '--email', email, '--password-stdin'], { stdin: password })
    if (ran.status !== 0) throw new Error(ran.stderr)
    return this
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  private config(environment: Record<string, string> = {}): Config {
    return readConfig({ PATH: process.env.PATH, HOME: this.home, ...environment }, this.home)
  }
}

/** The streams of one run, and the person in front of them. */
class Screen {
  stdout = ''
  stderr = ''
  private readonly input = new PassThrough()
  private readonly interruption = new AbortController()
  private readonly answers: [question: string, answer: string][]
  private answered = 0

  constructor(private readonly options: RunOptions) {
    this.answers = [...(options.answers ?? [])]
    if (!options.answers) this.input.end(options.stdin ?? '')
  }

  io(cwd: string): Io {
    const isTTY = this.options.answers !== undefined
    const stdout = new PassThrough().on('data', (chunk: Buffer) => this.took('stdout', chunk))
    const stderr = new PassThrough().on('data', (chunk: Buffer) => this.took('stderr', chunk))
    return {
      stdin: Object.assign(this.input, { isTTY }),
      stdout: Object.assign(stdout, { isTTY: false }),
      // A prompt ends the stream it writes to; a terminal's stderr takes no notice.
      stderr: Object.assign(stderr, { isTTY, columns: 100, end: () => stderr }),
      cwd,
      now: () => new Date(),
      interruption: this.interruption.signal,
    }
  }

  private took(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this[stream] += chunk.toString()
    if (this.options.interruptWhen?.(this.stdout + this.stderr)) this.interruption.abort()
    if (stream === 'stderr') this.answer()
  }

  private answer(): void {
    const [question, text] = this.answers[0] ?? []
    if (question === undefined || !this.stderr.slice(this.answered).includes(question)) return
    this.answers.shift()
    this.answered = this.stderr.length
    // The question is on the screen before anybody can type.
    setImmediate(() => this.input.write(`${text}\n`))
  }
}
