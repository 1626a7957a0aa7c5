import { HardwarePageSchema, type Page, type PageQuery, PageQuerySchema } from '@flotilla/contracts'
import { Controller, Get, Param, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService, type HardwareView } from '../devices/index.js'
import { timeCursor } from '../http/cursor-keys.js'
import { toPage } from '../http/page-cursor.js'
import { presentHardware } from './hardware.presenter.js'
import { HardwareRepository } from './hardware.repository.js'

@ApiTags('devices')
@Controller('api/v1/devices/:id/hardware')
export class HardwareController {
  constructor(
    private readonly devices: DevicesService,
    private readonly hardware: HardwareRepository,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listHardware', summary: 'The boards that a device has had, newest first' })
  @ApiOkResponse({ standardSchema: HardwarePageSchema })
  async list(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: PageQuerySchema }) { limit, cursor }: PageQuery,
  ): Promise<Page<HardwareView>> {
    await this.devices.require(actor, id, 'observer')
    const rows = await this.hardware.history(id, limit + 1, timeCursor(cursor))
    return toPage(rows, limit, presentHardware, (row) => [row.position, row.id])
  }
}
