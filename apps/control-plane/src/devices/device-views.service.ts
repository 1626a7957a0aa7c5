import type { DeviceQuery, DeviceView, Page } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { type Actor, requireRole, visibleOrganizations } from '../auth/index.js'
import type { Transaction } from '../database/transactions.js'
import { timeCursor } from '../http/cursor-keys.js'
import { requireMatch } from '../http/etag.js'
import { encodeCursor } from '../http/page-cursor.js'
import { notFound } from '../http/problem.js'
import { presentDevice } from './device.presenter.js'
import { type DeviceRow, DevicesRepository } from './devices.repository.js'
import { TargetReleases } from './target-releases.repository.js'

/** Devices as their readers see them. */
@Injectable()
export class DeviceViews {
  constructor(
    private readonly devices: DevicesRepository,
    private readonly targets: TargetReleases,
  ) {}

  async page(actor: Actor, { limit, cursor, ...filter }: DeviceQuery): Promise<Page<DeviceView>> {
    const organizationIds = visibleOrganizations(actor)
    const rows = await this.devices.page({ ...filter, organizationIds }, limit + 1, timeCursor(cursor))
    const last = rows.length > limit ? rows[limit - 1] : undefined
    return {
      items: await this.present(rows.slice(0, limit)),
      ...(last && { nextCursor: encodeCursor([last.position, last.id]) }),
    }
  }

  async one(actor: Actor, id: string): Promise<DeviceView> {
    const device = await this.devices.find(id)
    if (!device) throw notFound('device', id)
    requireRole(actor, device.organizationId, 'observer', notFound('device', id))
    return this.presentOne(device)
  }

  async presentOne(device: DeviceRow, transaction?: Transaction): Promise<DeviceView> {
    const [view] = await this.present([device], transaction)
    if (!view) throw new Error('A device has no view')
    return view
  }

  /** A check that the device still is as the caller read it. */
  unchangedSince(ifMatch: string | undefined) {
    return async (transaction: Transaction, device: DeviceRow): Promise<void> => {
      if (ifMatch !== undefined) requireMatch(ifMatch, await this.presentOne(device, transaction))
    }
  }

  private async present(rows: DeviceRow[], transaction?: Transaction): Promise<DeviceView[]> {
    const wanted = rows.flatMap(({ wantedReleaseId, board }) =>
      wantedReleaseId !== null && board ? [{ releaseId: wantedReleaseId, platform: board.platform }] : [],
    )
    const resolved = await this.targets.resolve(wanted, transaction)
    return rows.map((row) => {
      const target = resolved.find(
        (each) => each.releaseId === row.wantedReleaseId && each.platform === row.board?.platform,
      )
      return presentDevice(row, target)
    })
  }
}
