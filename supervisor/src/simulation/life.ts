/*
 * Lives a history on a simulated board, and writes down every breach of the rules of safety on the way and at its end.
 */
import type { DeviceState } from '@flotilla/contracts'
import type { Lock } from '@flotilla/reconcile'
import { APP_ID } from '../testing/steps.js'
import { MemoryBundle } from '../testing/bundle-files.js'
import { imageName, type AppInput } from '../testing/targets.js'
import { appOf, policyOf, type HistoryEvent } from './history.js'
import { PROGRAMS, PULL_MS } from './scenarios.js'
import { SimBoard } from './sim-board.js'
import { VirtualClock } from './virtual-clock.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const START = Date.parse('2026-11-21T08:00:00Z')
const PAST = Date.parse('2001-02-03T04:05:06Z')
const FUTURE = Date.parse('2031-02-03T04:05:06Z')
// Until every window has been open, and every back-off has had its turn.
const LONGEST_PEACE_MS = 4 * 60 * MINUTE

export class Life {
  readonly breaches: string[] = []
  private readonly board: SimBoard
  private release = 0
  private wanted?: AppInput
  private locks: (Lock & { fromMs: number; untilMs: number; heldSince: 'rest' | 'update' })[] = []
  private readonly releases = new Map<string, AppInput>()
  private good?: AppInput
  // Until another target has come.
  private givenUp?: AppInput
  private givenUpAt = 0
  private trouble = 0
  private hadVolume = false

  constructor() {
    const program = ({ image }: { image: string }) => PROGRAMS[image.slice(0, image.lastIndexOf('@'))] ?? {}
    this.board = new SimBoard({ clock: new VirtualClock(START), program, pullMs: PULL_MS })
    const { board } = this
    board.sources = {
      locks: () => Promise.resolve(this.heldLocks()),
      localTime: () => (this.isClockTrue ? { timeZone: 'UTC' } : false),
      disk: () => Promise.resolve({ freeBytes: 1e12 }),
    }
    board.daemon.failure = () => (this.trouble-- > 0 ? new Error('the engine is in trouble') : undefined)
    board.onMoment = (what) => this.watchWrite(what)
    board.daemon.changed.add(() => this.watchContainers())
  }

  private isClockTrue = true

  async live(events: readonly HistoryEvent[]): Promise<string[]> {
    this.board.start()
    await this.board.run(MINUTE, () => this.board.cloud.device !== undefined)
    for (const event of events) await this.meet(event)
    await this.findPeace()
    return this.breaches
  }

  private async meet(event: HistoryEvent): Promise<void> {
    const { board } = this
    switch (event.do) {
      case 'deploy': {
        this.wanted = appOf(++this.release, event.release)
        this.releases.set(this.wanted.release.id, this.wanted)
        return board.cloud.deploy([this.wanted], { policy: policyOf(event.release) })
      }
      case 'wait':
        return board.run(event.seconds * SECOND)
      case 'link':
        return event.isUp ? board.cloud.mendLink() : board.cloud.cutLink()
      case 'stick':
        return event.isIn ? this.plugIn() : board.pullOut()
      case 'cut-power':
        return board.cutPower()
      case 'cut-power-at':
        return board.cutPowerAt(event.nth)
      case 'restart-supervisor':
        return board.restartSupervisor()
      case 'set-clock':
        return this.setClock(event.to)
      case 'lock':
        return this.lock(event.service, event.seconds)
      case 'engine-trouble':
        this.trouble = event.writes
    }
  }

  private plugIn(): void {
    const { board } = this
    if (!this.wanted || !board.cloud.device) return
    const [bytes, name] = [board.cloud.bundle(), `/stick/${this.release}.flotilla`]
    board.plugIn(() => new MemoryBundle(name, bytes))
  }

  private setClock(to: 'true' | 'past' | 'future'): void {
    const { clock } = this.board
    this.isClockTrue = to === 'true'
    clock.setWall(to === 'true' ? START + clock.monotonic() : to === 'past' ? PAST : FUTURE)
  }

  private lock(service: string, seconds: number): void {
    // One that is taken while a step is under way comes too late for that.
    const fromMs = this.board.clock.monotonic() + SECOND
    const untilMs = fromMs + (seconds - 1) * SECOND
    const isConfirmed = this.state.apps?.[APP_ID]?.confirmedReleaseId !== undefined
    const heldSince = isConfirmed && this.isAtRest() ? 'rest' : 'update'
    this.locks.push({ appId: APP_ID, service, by: 'api', reason: 'busy', fromMs, untilMs, heldSince })
  }

  private heldLocks(): Lock[] {
    const now = this.board.clock.monotonic()
    const held = this.locks.filter(({ untilMs }) => untilMs > now)
    return held.map(({ appId, service, by, reason, untilMs }) => {
      return { appId, service, by, reason, until: this.board.clock.now() + untilMs - now }
    })
  }

  /** All is well again: whatever has happened, the board must find its way. */
  private async findPeace(): Promise<void> {
    const { board } = this
    board.noMoreCuts()
    board.cloud.mendLink()
    this.trouble = 0
    this.locks = []
    this.setClock('true')
    if (!this.wanted) return
    await board.run(LONGEST_PEACE_MS, () => this.hasArrived())
    await board.run(MINUTE)
    if (!this.hasArrived()) this.breach(`it never came to rest: ${this.state.activity}: ${this.state.explanation}`)
    this.judgeEnd()
    await board.stop()
  }

  private hasArrived(): boolean {
    return this.isAtRest() && this.board.daemon.containers.size > 0
  }

  // Settled on what it is to run, confirmed; a first release that fails is tried for ever.
  private isAtRest(): boolean {
    const app = this.state.apps?.[APP_ID]
    if (!app || !this.wanted) return false
    const isGoodHere = app.confirmedReleaseId !== undefined
    if (!isGoodHere) return app.trial?.releaseId === this.wanted.release.id && (app.trial.failures ?? 0) > 0
    if (app.trial) return false
    // What was given up waits for the next target.
    if (app.rejected?.releaseId === this.wanted.release.id) return this.state.activity === 'waiting'
    return app.confirmedReleaseId === this.wanted.release.id && this.state.activity === 'settled'
  }

  private judgeEnd(): void {
    const { daemon, volumes } = this.board
    // What has no release to return to is still being tried.
    const isConfirmed = this.state.apps?.[APP_ID]?.confirmedReleaseId !== undefined
    const names = [...daemon.containers.values()].map(({ step }) => step.service).sort()
    if (isConfirmed && names.join() !== 'store,web') this.breach(`containers in the end: ${names.join()}`)
    if (isConfirmed && volumes.snapshots.size > 0)
      this.breach(`snapshots left: ${[...volumes.snapshots.keys()].join()}`)
    const used = new Set([...daemon.containers.values()].map(({ step }) => step.spec.image))
    const left = [...daemon.images].filter((image) => !used.has(image))
    if (isConfirmed && left.length > 0) this.breach(`images left: ${left.join()}`)
  }

  private watchWrite(what: string): void {
    const [when, deed, name = ''] = what.split(' ')
    if (when === 'after') return this.watchNote(what)
    if (deed === 'remove-volume') this.breach('a volume was removed')
    if (deed === 'stop-container' || deed === 'remove-container') this.watchStop(name)
    if (deed === 'start-container') this.watchStart(name)
  }

  private watchNote(what: string): void {
    if (what === 'after target') this.givenUp = undefined
    const told = () => this.toldRelease()
    if (what === 'after event release-confirmed') this.good = told()
    if (what !== 'after event release-rejected') return
    this.givenUp = told()
    this.givenUpAt = this.board.clock.monotonic()
  }

  private toldRelease(): AppInput | undefined {
    const id = this.board.store.events.all.at(-1)?.detail.releaseId
    return typeof id === 'string' ? this.releases.get(id) : undefined
  }

  private watchStop(service: string): void {
    const now = this.board.clock.monotonic()
    const container = this.board.daemon.containerOf(service)
    const isHeld = this.locks.some(
      (it) => it.service === service && it.fromMs <= now && now < it.untilMs && it.heldSince === 'rest',
    )
    if (isHeld && container?.status === 'running') this.breach(`${service} was stopped although it is locked`)
  }

  // Before it is started it is none of those that run.
  private watchStart(service: string): void {
    const [bad, good] = [this.givenUp, this.good].map((app) => app?.services[service]?.image)
    if (!bad || (good && imageName(good) === imageName(bad))) return
    // Until the good one's image is there again, what there is goes on.
    if (good && !this.board.daemon.images.has(imageName(good))) return
    // A step that was under way in that moment comes to its end.
    if (this.board.clock.monotonic() - this.givenUpAt < SECOND) return
    const waiting = [...this.board.daemon.containers.values()].filter(
      (it) => it.step.service === service && !it.isRunning,
    )
    const isBad = waiting.length > 0 && waiting.every(({ step }) => step.spec.image === imageName(bad))
    if (isBad) this.breach(`${service} of a release that was given up was started again`)
  }

  private watchContainers(): void {
    const { daemon } = this.board
    const data = [...daemon.volumes.values()].some(({ step }) => step.key === 'data')
    if (this.hadVolume && !data) this.breach('the volume is gone')
    this.hadVolume ||= data
    const running = [...daemon.containers.values()].filter(({ status }) => status === 'running')
    const twins = running.filter((it) =>
      running.some((other) => other !== it && other.step.service === it.step.service),
    )
    const isHandOver = twins.some(({ step }) => step.spec.config.labels['io.flotilla.update.strategy'] === 'hand-over')
    if (twins.length > 0 && !isHandOver) this.breach(`${twins[0]?.step.service} runs twice`)
  }

  private breach(what: string): void {
    if (!this.breaches.includes(what)) this.breaches.push(what)
  }

  private get state(): Partial<DeviceState> {
    return this.board.cloud.device?.state ?? {}
  }
}
