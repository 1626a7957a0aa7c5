import { DEVICE_ROUTES, type LogBatch, type LogBatchResponse, LogBatchSchema } from '@flotilla/contracts'
import { Body, Controller, HttpCode, Post } from '@nestjs/common'
import { CurrentDevice, ForDevices, InTurn, type KnownDevice } from '../hardware/index.js'
import { DeviceLogs } from './device-logs.service.js'

@ForDevices()
@InTurn()
@Controller()
export class DeviceLogsController {
  constructor(private readonly logs: DeviceLogs) {}

  @Post(DEVICE_ROUTES.logs)
  @HttpCode(200)
  receive(
    @CurrentDevice() device: KnownDevice,
    @Body({ schema: LogBatchSchema }) batch: LogBatch,
  ): Promise<LogBatchResponse> {
    return this.logs.receive(device, batch)
  }
}
