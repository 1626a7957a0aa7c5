import { Injectable } from '@nestjs/common'
import { SYSTEM } from '../auth/index.js'
import { Changes } from '../live/changes.js'
import { CommandJournal } from './command-journal.service.js'
import { DeviceCommandsRepository } from './device-commands.repository.js'
import { OverdueCommandsRepository } from './overdue-commands.repository.js'

const AT_ONCE = 500
const DAYS_TO_KEEP = 90

/** Upkeep: commands that nobody came for, and those that ended long ago. Their events stay in the history. */
@Injectable()
export class CommandExpiry {
  constructor(
    private readonly commands: DeviceCommandsRepository,
    private readonly overdue: OverdueCommandsRepository,
    private readonly journal: CommandJournal,
    private readonly changes: Changes,
  ) {}

  /** Gives how many it ended. */
  async run(): Promise<number> {
    let ended = 0
    for (let more = AT_ONCE; more === AT_ONCE; ended += more) more = await this.endSome()
    return ended
  }

  private endSome(): Promise<number> {
    return this.changes.run(async (transaction, announce) => {
      const overdue = await this.overdue.lockOverdue(transaction, AT_ONCE)
      for (const { id, delivered, ...place } of overdue) {
        const detail = delivered
          ? 'The device fetched it and never answered.'
          : 'The device did not come for it in time.'
        const end = { state: 'expired', detail } as const
        await this.commands.end(transaction, id, end)
        announce(...(await this.journal.recordEnd(transaction, place, { id, actor: SYSTEM, end })))
      }
      await this.overdue.deleteEnded(transaction, DAYS_TO_KEEP)
      return overdue.length
    })
  }
}
