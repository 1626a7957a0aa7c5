import { Injectable } from '@nestjs/common'
import { DeviceCommandsRepository } from './device-commands.repository.js'

/** For whoever can nudge devices. */
@Injectable()
export class WaitingCommands {
  constructor(private readonly commands: DeviceCommandsRepository) {}

  /** Those of the devices that have something to fetch. */
  devicesAmong(deviceIds: string[]): Promise<string[]> {
    return this.commands.devicesWithOpen(deviceIds)
  }
}
