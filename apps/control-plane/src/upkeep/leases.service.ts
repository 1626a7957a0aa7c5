import { Injectable } from '@nestjs/common'
import { BuildUpkeep } from '../builds/index.js'
import { DeltaUpkeep } from '../deltas/index.js'
import { CommandExpiry } from '../device-commands/index.js'

/** What somebody has until a time, and did not give back. */
@Injectable()
export class Leases {
  constructor(
    private readonly builds: BuildUpkeep,
    private readonly deltas: DeltaUpkeep,
    private readonly commands: CommandExpiry,
  ) {}

  ofBuilds(): Promise<void> {
    return this.builds.run()
  }

  ofDeltas(): Promise<void> {
    return this.deltas.run()
  }

  async ofCommands(): Promise<void> {
    await this.commands.run()
  }
}
