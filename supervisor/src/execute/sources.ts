import type { CurrentContainer, CurrentState, HostState, Lock } from '@flotilla/reconcile'
import type { Logger } from '../ports.js'

/**
 * What the planner is to know beside what the engine tells. Each is asked in every round and answers soon; undefined, as
 * an absent source: unknown.
 */
export interface Sources {
  locks?: (containers: readonly CurrentContainer[]) => Promise<Lock[]>
  disk?: () => Promise<CurrentState['disk']>
  localTime?: () => CurrentState['localTime']
  allowance?: () => CurrentState['allowance']
  awaitedDeltas?: () => CurrentState['awaitedDeltas']
  atHand?: () => Promise<CurrentState['atHand']>
  host?: () => Promise<HostState | undefined>
  canRestartEngine?: () => boolean
  // Becomes a member of `host`.
  supervisor?: () => HostState['supervisor']
  // Asked of containers that run beside another one of their service.
  hasTakenOver?: (container: CurrentContainer) => Promise<boolean>
}

type Answers = Pick<
  CurrentState,
  'containers' | 'locks' | 'disk' | 'localTime' | 'allowance' | 'awaitedDeltas' | 'atHand' | 'host' | 'canRestartEngine'
>

/**
 * Asks all of them. One that fails must not keep a board from running its apps: it counts as having said what it said
 * the last time.
 */
export class SourceReader {
  private readonly last = new Map<string, unknown>()
  private readonly failing = new Set<string>()

  constructor(
    private readonly sources: Sources,
    private readonly log: Logger,
  ) {}

  async read(containers: readonly CurrentContainer[]): Promise<Answers> {
    const { locks, disk, host, supervisor, localTime, allowance, awaitedDeltas, atHand, canRestartEngine } =
      this.sources
    const [asked, lockAnswer, diskAnswer, hostAnswer, bundleAnswer] = await Promise.all([
      Promise.all(containers.map((container) => this.askForTakeOver(container, containers))),
      locks && this.ask('locks', () => locks(containers)),
      disk && this.ask('disk', disk),
      host && this.ask('host', host),
      atHand && this.ask('bundles', atHand),
    ])
    return withoutAbsent({
      containers: asked,
      locks: lockAnswer,
      disk: diskAnswer,
      host: withSupervisor(hostAnswer, supervisor?.()),
      localTime: localTime?.(),
      allowance: allowance?.(),
      canRestartEngine: canRestartEngine?.(),
      awaitedDeltas: awaitedDeltas?.(),
      atHand: bundleAnswer,
    })
  }

  private async askForTakeOver(
    container: CurrentContainer,
    containers: readonly CurrentContainer[],
  ): Promise<CurrentContainer> {
    const { hasTakenOver } = this.sources
    const isBeside = containers.some((it) => it.id !== container.id && isRunningTwinOf(it, container))
    if (!hasTakenOver || !isBeside || container.status !== 'running') return container
    // Not known is not yet: the hand-over times out by itself.
    return (await hasTakenOver(container).catch(() => false)) ? { ...container, hasTakenOver: true } : container
  }

  private async ask<T>(name: string, source: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await source()
      this.last.set(name, answer)
      this.failing.delete(name)
      return answer
    } catch (error) {
      // Once, not in every round.
      if (!this.failing.has(name)) this.log.warn('source did not answer', { source: name, error })
      this.failing.add(name)
      return this.last.get(name) as T | undefined
    }
  }
}

function isRunningTwinOf(a: CurrentContainer, b: CurrentContainer): boolean {
  return a.appId === b.appId && a.service === b.service && a.status === 'running'
}

/** A supervisor can be replaced also where nothing else is known of the board. */
function withSupervisor(host: HostState | undefined, supervisor: HostState['supervisor']): HostState | undefined {
  if (!supervisor) return host
  return { ...(host ?? { bootId: '', needsReboot: false }), supervisor }
}

function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T
}
