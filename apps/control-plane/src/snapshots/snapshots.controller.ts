import {
  SnapshotIdSchema,
  type UploadedSnapshot,
  UploadedSnapshotSchema,
  type UploadedSnapshots,
  UploadedSnapshotsSchema,
} from '@flotilla/contracts'
import { Controller, Delete, Get, HttpCode, Param, StreamableFile } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { DevicesService } from '../devices/index.js'
import { SnapshotDeeds } from './snapshot-deeds.service.js'
import { SnapshotViews } from './snapshot-views.service.js'

const DeviceId = { schema: z.uuid() }
const Id = { schema: SnapshotIdSchema }

@ApiTags('devices')
@Controller('api/v1/devices/:id/snapshots')
export class SnapshotsController {
  constructor(
    private readonly devices: DevicesService,
    private readonly views: SnapshotViews,
    private readonly deeds: SnapshotDeeds,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listSnapshots', summary: 'The uploaded snapshots of a device, newest first' })
  @ApiOkResponse({ standardSchema: UploadedSnapshotsSchema })
  async list(@CurrentActor() actor: Actor, @Param('id', DeviceId) id: string): Promise<UploadedSnapshots> {
    await this.devices.require(actor, id, 'observer')
    return { items: await this.views.list(id) }
  }

  @Get(':snapshotId')
  @ApiOperation({ operationId: 'getSnapshot', summary: 'One uploaded snapshot, with how far its upload came' })
  @ApiOkResponse({ standardSchema: UploadedSnapshotSchema })
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', DeviceId) id: string,
    @Param('snapshotId', Id) snapshotId: string,
  ): Promise<UploadedSnapshot> {
    await this.devices.require(actor, id, 'observer')
    return this.views.present(await this.views.require(id, snapshotId))
  }

  @Get(':snapshotId/archive')
  @ApiOperation({ operationId: 'downloadSnapshot', summary: 'The files of an uploaded snapshot, as tar.gz' })
  @ApiProduces('application/gzip')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async download(
    @CurrentActor() actor: Actor,
    @Param('id', DeviceId) id: string,
    @Param('snapshotId', Id) snapshotId: string,
  ): Promise<StreamableFile> {
    const device = await this.devices.require(actor, id, 'operator')
    const archive = await this.deeds.open(actor, device, snapshotId)
    const disposition = `attachment; filename="${snapshotId}.tar.gz"`
    return new StreamableFile(Readable.from(archive), { type: 'application/gzip', disposition })
  }

  @Delete(':snapshotId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteSnapshot',
    summary: 'Remove an uploaded snapshot; one that is on the device too stays there',
  })
  @ApiNoContentResponse()
  async remove(
    @CurrentActor() actor: Actor,
    @Param('id', DeviceId) id: string,
    @Param('snapshotId', Id) snapshotId: string,
  ): Promise<void> {
    await this.deeds.remove(actor, await this.devices.require(actor, id, 'operator'), snapshotId)
  }
}
