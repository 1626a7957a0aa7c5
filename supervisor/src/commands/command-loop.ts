import type { DeviceCommandResult } from '@flotilla/contracts'
import type { Actions } from '../actions/actions.js'
import { failed, type Answer } from '../actions/answer.js'
import { backOffDelay, type BackOff } from '../back-off.js'
import { DurableValue } from '../durable-value.js'
import { CloudError, shortError } from '../errors.js'
import { Wake } from '../loops/wake.js'
import type { Core } from '../part.js'
import type { Document, WaitingCommand } from '../ports.js'
import type { StoredCommands } from './stored-commands.js'

const BACK_OFF: BackOff = { baseMs: 5_000, capMs: 600_000 }
// Every poll wakes it anyway.
const REST_MS = 24 * 3_600_000
const LONGEST_DETAIL = 2000

/**
 * Carries out what people ask of this device over the control plane: each command once, even if the power goes in the
 * middle, since its id is on the disk from before it begins until the server has its result.
 */
export class CommandLoop {
  private readonly wakeUp = new Wake()
  private readonly kept: DurableValue<StoredCommands>
  // The last that ended: the disk may not have taken what became of it.
  private ended?: { id: string; answer: Answer }

  constructor(
    private readonly core: Pick<Core, 'cloud' | 'commandsWaiting' | 'targets' | 'clock' | 'log'>,
    private readonly actions: Pick<Actions, 'run'>,
    document: Document<StoredCommands>,
  ) {
    this.kept = new DurableValue<StoredCommands>(document, { results: [], answered: [] })
    core.commandsWaiting.add(() => this.wakeUp.notify())
  }

  async run(end: AbortSignal): Promise<void> {
    const { clock, log } = this.core
    await this.kept.load()
    let failures = 0
    while (!end.aborted) {
      let restMs = REST_MS
      try {
        await this.round()
        failures = 0
      } catch (error) {
        failures++
        restMs = restAfter(
          error,
          backOffDelay(BACK_OFF, failures, () => clock.random()),
        )
        if (!end.aborted) log.warn('commands failed', { error, failures })
      }
      await this.wakeUp.wait(clock, restMs, end)
    }
  }

  private async round(): Promise<void> {
    await this.settleInterrupted()
    await this.sendResults()
    const startedAt = this.core.clock.monotonic()
    const commands = await this.core.cloud.fetchCommands()
    const listed = new Set(commands.map(({ id }) => id))
    await this.kept.update((value) => ({ ...value, answered: value.answered.filter((id) => listed.has(id)) }))
    for (const command of commands) {
      await this.carryOut(command, command.expiresInMs - (this.core.clock.monotonic() - startedAt))
      await this.sendResults()
    }
  }

  private async carryOut({ id, body }: WaitingCommand, expiresInMs: number): Promise<void> {
    // A server that has not understood its result must not have it done again and again.
    if (this.kept.value.answered.includes(id)) return
    if (!body) return this.finish(id, failed('unsupported', 'This supervisor does not know that command.'))
    if (expiresInMs <= 0) return this.finish(id, failed('conflict', 'It had expired before its turn came.'))
    await this.kept.update((value) => ({ ...value, begun: { id, kind: body.kind } }))
    this.core.log.info('command', { id, kind: body.kind })
    const appIds = this.core.targets.target?.apps.map((app) => app.id) ?? []
    const answer = await this.actions
      .run(body, appIds)
      .catch((error: unknown): Answer => failed('error', shortError(error)))
    await this.finish(id, answer)
  }

  /** A command that a power cut, or the end of the supervisor, interrupted is not run again: nobody knows how far it came. */
  private async settleInterrupted(): Promise<void> {
    const { begun } = this.kept.value
    if (!begun) return
    if (this.ended?.id === begun.id) return this.finish(begun.id, this.ended.answer)
    const isPower = begun.kind === 'reboot' || begun.kind === 'shutdown'
    await this.finish(
      begun.id,
      isPower
        ? { status: 'done', detail: 'The supervisor was started anew since.' }
        : failed('error', 'The supervisor was started anew in the middle of it; ask again if it is not done.'),
    )
  }

  private async finish(id: string, answer: Answer): Promise<void> {
    const { status, detail } = answer
    this.ended = { id, answer }
    const at = new Date(this.core.clock.now()).toISOString()
    const result: DeviceCommandResult = { id, status, detail: detail.slice(0, LONGEST_DETAIL), at }
    await this.kept.update(({ results, answered }) => ({ results: [...results, result], answered }))
  }

  private async sendResults(): Promise<void> {
    for (const result of this.kept.value.results) {
      try {
        await this.core.cloud.sendCommandResult(result)
      } catch (error) {
        // The server has forgotten the command: nobody waits for its result.
        const isGone = error instanceof CloudError && (error.isUnwanted || error.isUnknown)
        if (!isGone) throw error
      }
      await this.kept.update(({ results, answered, ...others }) => ({
        ...others,
        results: results.filter(({ id }) => id !== result.id),
        answered: [...answered, result.id],
      }))
    }
  }
}

function restAfter(error: unknown, delayMs: number): number {
  return Math.max(delayMs, (error instanceof CloudError ? error.facts.retryAfterMs : undefined) ?? 0)
}
