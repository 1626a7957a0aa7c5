import { DEVICE_ROUTES, type DeviceCommandResult, DeviceCommandResultSchema } from '@flotilla/contracts'
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common'
import { CurrentDevice, ForDevices, InTurn, type KnownDevice } from '../hardware/index.js'
import { CommandDoor } from './command-door.service.js'

@ForDevices()
@InTurn()
@Controller()
export class CommandDoorController {
  constructor(private readonly door: CommandDoor) {}

  @Get(DEVICE_ROUTES.commands)
  fetch(@CurrentDevice() device: KnownDevice) {
    return this.door.fetch(device)
  }

  @Post(DEVICE_ROUTES.commandResults)
  @HttpCode(204)
  receive(
    @CurrentDevice() device: KnownDevice,
    @Body({ schema: DeviceCommandResultSchema }) result: DeviceCommandResult,
  ): Promise<void> {
    return this.door.receive(device, result)
  }
}
