import type { TargetSupervisor } from '@flotilla/contracts'
import type { HostState } from '@flotilla/reconcile'
import { TerminalError } from '../errors.js'
import type { EventRecorder } from '../events.js'
import type { Clock, Cloud, Logger, SupervisorVersions } from '../ports.js'
import { versionName, wantedName } from './version-name.js'

export interface SelfUpdateParts {
  versions: SupervisorVersions
  cloud: Pick<Cloud, 'download'>
  events: EventRecorder
  clock: Clock
  log: Logger
  // Of the supervisor that runs.
  version: string
  // Ends this process; the launcher then starts what is current.
  handOver: () => void
}

// Working for so long without a crash, an unproven supervisor may have earlier failures forgiven.
const SOUND_MS = 600_000

/**
 * Replaces the supervisor by another version, and proves itself where it is that other version. A report that the server
 * acknowledged is the proof. Without a link there is none, and none against it either: it goes on unproven, and only
 * crashes count. The launcher (deploy/pi) does the counting and the returning, since a broken supervisor cannot.
 */
export class SelfUpdate {
  // Known after begin(), and true until the next start.
  private rejected?: { name: string; reason: string }
  private isOnTrial = false

  constructor(private readonly parts: SelfUpdateParts) {}

  /** Tells what happened since the supervisor last ran, before anything else is done. */
  async begin(): Promise<void> {
    const { versions, events } = this.parts
    this.isOnTrial = (await versions.onTrial()) !== undefined
    const returned = await versions.returned()
    if (returned && !returned.isTold) {
      const { name, reason } = returned
      await events.record('supervisor-returned', { version: this.parts.version, name, reason })
      await versions.noteTold()
    }
    this.rejected = returned
  }

  /** What the planner is to know. */
  state(): HostState['supervisor'] {
    return { version: this.parts.version, replaceableBy: 'bundle' }
  }

  /** A version that was returned from may be tried again once the target has named another, or none. */
  async noteTarget(supervisor: TargetSupervisor | undefined): Promise<void> {
    if (!this.rejected || (supervisor && wantedName(supervisor) === this.rejected.name)) return
    this.rejected = undefined
    await this.parts.versions.forgetReturned()
  }

  /** Fetches it, looks whether it starts at all, makes it current and hands over. */
  async replace(supervisor: TargetSupervisor, signal: AbortSignal): Promise<void> {
    const { versions, handOver, log } = this.parts
    const { version, bundle } = supervisor
    if (!bundle) throw new TerminalError(`The server offers no file of supervisor ${version}`)
    const name = versionName(version, bundle.digest)
    if (this.rejected?.name === name) {
      throw new TerminalError(`Supervisor ${version} was tried and returned from: ${this.rejected.reason}`)
    }
    await this.fetch(name, bundle, signal)
    const answer = await versions.ask(name)
    if (answer !== version) throw new TerminalError(`Supervisor ${version} does not start on this board: ${answer}`)
    signal.throwIfAborted()
    await versions.switchTo(name)
    log.info('handing over to another supervisor', { version })
    handOver()
  }

  /** The server acknowledged a report: whatever else is wrong, this supervisor can be told to become another. */
  async prove(): Promise<void> {
    if (!this.isOnTrial) return
    this.isOnTrial = false
    const { versions, events, version } = this.parts
    const former = await versions.former()
    await events.record('supervisor-replaced', { version, ...(former !== undefined && { former }) })
    await versions.prove()
  }

  /** Resolves when the signal aborts. `isWorking`: rounds with the engine succeed. */
  async run(isWorking: () => boolean, signal: AbortSignal): Promise<void> {
    const { clock, versions, log } = this.parts
    while (!signal.aborted) {
      await clock.sleep(SOUND_MS, signal)
      if (signal.aborted || !this.isOnTrial || !isWorking()) continue
      await versions.forgiveFailures().catch((error: unknown) => log.error('failed starts not forgiven', { error }))
    }
  }

  private async fetch(
    name: string,
    { path, digest, sizeBytes }: NonNullable<TargetSupervisor['bundle']>,
    signal: AbortSignal,
  ): Promise<void> {
    const { versions, cloud } = this.parts
    if (await versions.has(name, digest)) return
    const from = await versions.partBytes(name)
    // All of it may be there already, cut before it was looked through.
    if (from !== sizeBytes) {
      const pieces = cloud.download(path, from < sizeBytes ? from : 0, signal)
      for await (const { offset, bytes } of pieces) await versions.writePart(name, offset, bytes)
    }
    await versions.finishPart(name, digest)
  }
}
