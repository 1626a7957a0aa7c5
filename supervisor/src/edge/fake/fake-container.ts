/*
 * One container of the in-memory engine: its process, health and log, in the time of the clock that it is given.
 */
import type { ContainerSpec, CurrentContainer } from '@flotilla/reconcile'
import { Listeners } from '../../listeners.js'
import type { Clock, LogFrame, StepOf, Surroundings } from '../../ports.js'

/** What a container's process does when it is started. */
export interface Program {
  prints?: { stream: LogFrame['stream']; text: string }[]
  // Files that it makes when it starts.
  touches?: string[]
  // Ends by itself after this time. Absent: never.
  exitsAfterMs?: number
  exitCode?: number
  // Absent: what its health check finds is healthy.
  isUnhealthy?: boolean
  // It ends for want of memory.
  isOomKilled?: boolean
}

const RESTART_MS = 100
const HEALTH_INTERVAL_MS = 30_000

export class FakeContainer {
  readonly changed = new Listeners()
  readonly logged: LogFrame[] = []
  status: CurrentContainer['status'] = 'created'
  exitCode?: number
  health?: CurrentContainer['health']
  startedAt?: number
  finishedAt?: number
  restartCount = 0
  oomKilled = false
  // Paths that are there, whatever is in them, with the time of their last change.
  readonly files = new Map<string, number>()
  // What it was made with beside its spec.
  surroundings?: Surroundings
  networks: string[]
  private wasStopped = false
  private lostPower = false
  // Timers of an earlier run must not touch a later one.
  private run = new AbortController()

  constructor(
    readonly id: string,
    // Undefined: not a container of Flotilla's.
    readonly deviceId: string | undefined,
    readonly step: StepOf<'create-container'>,
    private readonly process: { program: (spec: ContainerSpec) => Program; clock: Clock },
  ) {
    this.networks = Object.values(step.spec.networkNames)
  }

  get volumes(): string[] {
    return Object.values(this.step.spec.volumeNames)
  }

  get isRunning(): boolean {
    return this.status === 'running' || this.status === 'restarting'
  }

  /** Told to start. What had ended by itself counts as restarted. */
  start(): void {
    this.restartCount = this.status === 'exited' && !this.wasStopped ? this.restartCount + 1 : 0
    this.begin()
  }

  stop(): void {
    this.end(143)
    this.wasStopped = true
  }

  /** Whatever ends it now, it does not end by itself. */
  expectEnd(): void {
    this.restartCount = 0
    this.wasStopped = true
  }

  losePower(): void {
    this.lostPower = this.isRunning
    if (this.lostPower) this.end(255)
  }

  /** As an engine does when it comes up: its restart policy has its say, and the count begins anew. */
  regainPower(): void {
    const { restart } = this.step.spec.config
    const isStarted = this.lostPower && restart.name !== 'no' && this.step.dependsOn.length === 0
    this.lostPower = false
    if (!isStarted) return
    this.restartCount = 0
    this.begin()
  }

  /** As when the process crashes, or is killed by hand: the restart policy has its say. */
  exit(code: number): void {
    this.end(code)
    const { name, maximumRetryCount = Infinity } = this.step.spec.config.restart
    const isRestarted = name === 'always' || name === 'unless-stopped' || (name === 'on-failure' && code !== 0)
    // What leans on others is left to whoever knows their order, as Docker is told to.
    if (this.step.dependsOn.length > 0) return
    if (!isRestarted || this.restartCount >= maximumRetryCount) return
    this.status = 'restarting'
    this.changed.notify()
    this.later(RESTART_MS * 2 ** Math.min(this.restartCount, 9), () => {
      this.restartCount++
      this.begin()
    })
  }

  setHealth(health: CurrentContainer['health']): void {
    this.health = health
    this.changed.notify()
  }

  print(stream: LogFrame['stream'], text: string): void {
    const { clock } = this.process
    const at = new Date(clock.now()).toISOString().replace('Z', '000000Z')
    this.logged.push({ at, stream, content: Buffer.from(text), endsLine: true })
    this.changed.notify()
  }

  private begin(): void {
    const { config } = this.step.spec
    const program = this.process.program(this.step.spec)
    this.status = 'running'
    this.wasStopped = false
    this.exitCode = undefined
    this.oomKilled = false
    this.startedAt = this.process.clock.now()
    this.run = new AbortController()
    const test = config.healthcheck?.test
    this.health = test && test[0] !== 'NONE' ? 'starting' : undefined
    for (const path of program.touches ?? []) this.files.set(path, this.startedAt)
    for (const { stream, text } of program.prints ?? []) this.print(stream, text)
    this.changed.notify()
    const { exitsAfterMs } = program
    if (exitsAfterMs !== undefined) {
      this.later(exitsAfterMs, () => {
        this.oomKilled = program.isOomKilled ?? false
        this.exit(program.exitCode ?? (program.isOomKilled ? 137 : 0))
      })
    }
    const intervalMs = config.healthcheck?.intervalMs ?? HEALTH_INTERVAL_MS
    if (this.health) this.later(intervalMs, () => this.setHealth(program.isUnhealthy ? 'unhealthy' : 'healthy'))
  }

  private end(code: number): void {
    this.status = 'exited'
    this.exitCode = code
    this.health = undefined
    this.finishedAt = this.process.clock.now()
    this.run.abort()
    this.run = new AbortController()
    this.changed.notify()
  }

  private later(ms: number, act: () => void): void {
    const { signal } = this.run
    void this.process.clock.sleep(ms, signal).then(() => (signal.aborted ? undefined : act()))
  }
}

/** As an engine shows it. */
export function asContainer(container: FakeContainer): CurrentContainer {
  const { step, id, status, exitCode, health, startedAt, finishedAt, restartCount, networks, volumes } = container
  const { config } = step.spec
  return {
    id,
    name: step.name,
    appId: step.appId,
    service: step.service,
    specHash: step.specHash,
    status,
    exitCode,
    health,
    startedAt,
    finishedAt,
    networks,
    volumes,
    image: step.spec.image,
    restart: config.restart,
    restartCount,
    ...(container.oomKilled && { oomKilled: true }),
    stopGraceMs: config.stopGracePeriodMs,
    dependsOn: step.dependsOn,
  }
}
