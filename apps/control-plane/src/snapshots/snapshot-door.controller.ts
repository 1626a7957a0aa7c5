import {
  DEVICE_ROUTES,
  SNAPSHOT_DIGEST_HEADER,
  SNAPSHOT_RECEIVED_HEADER,
  SnapshotIdSchema,
  type SnapshotUpload,
  type SnapshotUploadResponse,
  SnapshotUploadSchema,
  type StoredUpload,
} from '@flotilla/contracts'
import { Body, Controller, Get, Head, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common'
import type { Request, Response } from 'express'
import { pipeline } from 'node:stream/promises'
import { CurrentDevice, ForDevices, type KnownDevice } from '../hardware/index.js'
import { Problem } from '../http/problem.js'
import { parseContentRange, parseRange } from './content-range.js'
import { SnapshotUploads } from './snapshot-uploads.service.js'
import { SnapshotViews, unfinished } from './snapshot-views.service.js'

const Id = { schema: SnapshotIdSchema }

@ForDevices()
@Controller(`${DEVICE_ROUTES.snapshots}/:id`)
export class SnapshotDoorController {
  constructor(
    private readonly uploads: SnapshotUploads,
    private readonly views: SnapshotViews,
  ) {}

  @Post()
  @HttpCode(200)
  begin(
    @CurrentDevice() device: KnownDevice,
    @Param('id', Id) id: string,
    @Body({ schema: SnapshotUploadSchema }) upload: SnapshotUpload,
  ): Promise<SnapshotUploadResponse> {
    return this.uploads.begin(device, id, upload)
  }

  @Put()
  async append(
    @CurrentDevice() device: KnownDevice,
    @Param('id', Id) id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const range = parseContentRange(request.get('content-range'))
    const digest = request.get(SNAPSHOT_DIGEST_HEADER)
    const received = await this.uploads.append(device, id, { range, digest, source: bodyOf(request) })
    response.status(204).set(SNAPSHOT_RECEIVED_HEADER, String(received)).end()
  }

  @Head()
  async progress(
    @CurrentDevice() device: KnownDevice,
    @Param('id', Id) id: string,
    @Res() response: Response,
  ): Promise<void> {
    response.set(SNAPSHOT_RECEIVED_HEADER, String(await this.uploads.receivedOf(device, id))).end()
  }

  @Get('description')
  describe(@CurrentDevice() { deviceId }: KnownDevice, @Param('id', Id) id: string): Promise<StoredUpload> {
    return this.views.describe(deviceId, id)
  }

  @Get()
  async read(
    @CurrentDevice() { deviceId }: KnownDevice,
    @Param('id', Id) id: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const row = await this.views.require(deviceId, id)
    if (row.bytes === null || row.digest === null) throw unfinished(id)
    const range = parseRange(request.get('range'), row.bytes)
    const { first, last } = range ?? { first: 0, last: row.bytes - 1 }
    response.status(range ? 206 : 200).set({
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(last - first + 1),
      ...(range && { 'Content-Range': `bytes ${first}-${last}/${row.bytes}` }),
      [SNAPSHOT_DIGEST_HEADER]: row.digest,
    })
    // A board that goes away in the middle comes back for the rest.
    await pipeline(this.views.sealed(row, range), response).catch(() => response.destroy())
  }
}

/** A link that was cut is nothing that anyone here could mend: what came is kept, and the board goes on from there. */
async function* bodyOf(request: Request): AsyncGenerator<Buffer> {
  try {
    for await (const bytes of request) yield bytes as Buffer
  } catch {
    throw new Problem('request-cut-short', 400, 'The connection ended in the middle of the body: go on from there.')
  }
}
