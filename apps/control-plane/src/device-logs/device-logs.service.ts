import type { DeviceLogLineView, DeviceLogQuery, LogBatch, LogBatchResponse, Page } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { KnownDevice } from '../hardware/index.js'
import type { ServerEvent } from '../http/sse.js'
import { Changes } from '../live/changes.js'
import { LiveBus } from '../live/live-bus.js'
import { nudges } from '../live/nudges.js'
import { droppedRow, presentLine, rowsOf } from './device-log-rows.js'
import { DeviceLogsRepository } from './device-logs.repository.js'

const LINES_AT_ONCE = 500
// More digits than any id has are as good as these.
const MOST_DIGITS = 18

/** Takes the logs of devices, and gives them to people. */
@Injectable()
export class DeviceLogs {
  constructor(
    private readonly logs: DeviceLogsRepository,
    private readonly changes: Changes,
    private readonly bus: LiveBus,
  ) {}

  /** Stores each line once, however often it is sent. */
  receive(device: KnownDevice, batch: LogBatch): Promise<LogBatchResponse> {
    const rows = rowsOf(batch)
    const { deviceId: id, hardwareId, fleetId, organizationId } = device
    const dropped = batch.dropped ?? 0
    return this.changes.run(async (transaction, announce) => {
      const position = await this.logs.lockPosition(transaction, device)
      const gap = dropped > 0 ? [droppedRow(dropped, rows, position)] : []
      const gaps = await this.logs.insert(transaction, device, gap)
      const kept = gaps + (await this.logs.insert(transaction, device, rows))
      const last = rows.reduce((highest, row) => Math.max(highest, row.number), 0)
      const by = { last, kept, dropped: gaps > 0 ? dropped : 0 }
      const stored = await this.logs.movePosition(transaction, hardwareId, by)
      if (kept > 0) announce({ topic: 'change', kind: 'device-logs', id, fleetId, organizationId })
      return { stored }
    })
  }

  async page(deviceId: string, { limit, service, before, after }: DeviceLogQuery): Promise<Page<DeviceLogLineView>> {
    const range = { deviceId, service, before: before?.slice(0, MOST_DIGITS), after: after?.slice(0, MOST_DIGITS) }
    const rows = await this.logs.read({ ...range, limit })
    return { items: rows.map(presentLine) }
  }

  /** The lines behind `after` (absent: those from now on) as they come, until the signal. */
  async *follow(
    deviceId: string,
    { service, after }: { service?: string; after?: string },
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent> {
    let seen = after?.slice(0, MOST_DIGITS) ?? (await this.logs.lastId(deviceId))
    const wanted = nudges(
      this.bus,
      (message) => message.topic === 'change' && message.kind === 'device-logs' && message.id === deviceId,
      signal,
    )
    for await (const _ of wanted) {
      for (let full = true; full && !signal.aborted;) {
        const rows = await this.logs.read({ deviceId, service, after: seen, limit: LINES_AT_ONCE })
        for (const row of rows) {
          seen = row.id
          yield { type: 'line', id: row.id, data: presentLine(row) }
        }
        full = rows.length === LINES_AT_ONCE
      }
    }
  }
}
