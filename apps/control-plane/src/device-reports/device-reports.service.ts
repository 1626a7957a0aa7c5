import type { MetricsSample, ReportRequest, ReportResponse } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transactions.js'
import { SampleStore } from '../device-metrics/index.js'
import type { KnownDevice } from '../hardware/index.js'
import { Problem } from '../http/problem.js'
import { type Announce, Changes } from '../live/changes.js'
import { applyReport, namedReleases, runningRelease } from './apply-report.js'
import type { DeviceReport, SentState } from './device-report.entity.js'
import { DeviceReportsRepository } from './device-reports.repository.js'
import { ReportJournal } from './report-journal.service.js'
import { transitions } from './transitions.js'

// A device runs dozens of services at most; more than this is not the state of one.
const LARGEST_STATE_BYTES = 512 * 1024

/** Takes what devices say of themselves. */
@Injectable()
export class DeviceReports {
  constructor(
    private readonly reports: DeviceReportsRepository,
    private readonly journal: ReportJournal,
    private readonly samples: SampleStore,
    private readonly changes: Changes,
  ) {}

  async receive(device: KnownDevice, report: ReportRequest): Promise<ReportResponse> {
    return this.changes.run(async (transaction, announce) => {
      const row = await this.reports.lock(transaction, device.deviceId)
      const stored = await this.storeState(transaction, announce, { device, report, row })
      await this.samples.add(transaction, device, report.metrics ?? [])
      const storedEvents = await this.journal.storeEvents(transaction, device, report.events)
      if (report.events.length > 0) announce(message(device, 'device-events'))
      return { stored, storedEvents }
    })
  }

  /** Gives the number of the state that is held afterwards. */
  private async storeState(
    transaction: Transaction,
    announce: Announce,
    { device, report, row }: { device: KnownDevice; report: ReportRequest; row: DeviceReport | null },
  ): Promise<number> {
    const held = row?.hardwareId === device.hardwareId ? { number: Number(row.number), state: row.state } : undefined
    const applied = applyReport(held, report)
    if (applied.kind !== 'new') return held?.number ?? 0
    const { state } = applied
    await this.check(transaction, state)
    const { deviceId, hardwareId, fleetId, organizationId } = device
    const reportedAt = new Date(report.at)
    await this.reports.store(transaction, organizationId, {
      deviceId,
      hardwareId,
      number: String(report.number),
      state,
      activity: state.activity ?? null,
      generation: state.generation === undefined ? null : String(state.generation),
      runningReleaseId: runningRelease(state, fleetId) ?? null,
      confirmedReleaseId: state.apps?.[fleetId]?.confirmedReleaseId ?? null,
      rejectedReleaseId: state.apps?.[fleetId]?.rejected?.releaseId ?? null,
      // Another board's say nothing of this one.
      metrics: newest(report.metrics) ?? (held && row ? row.metrics : null),
      reportedAt,
    })
    // Whatever it starts from, the history goes on from what was known of the device.
    const happened = transitions(row?.state ?? {}, state, fleetId)
    await this.journal.storeTransitions(transaction, device, { happened, at: reportedAt })
    announce(message(device, 'device'))
    if (happened.length > 0) announce(message(device, 'device-events'))
    return report.number
  }

  private async check(transaction: Transaction, state: SentState): Promise<void> {
    if (Buffer.byteLength(JSON.stringify(state)) > LARGEST_STATE_BYTES) {
      throw new Problem('report-too-large', 413, `The state would be larger than ${LARGEST_STATE_BYTES} bytes.`)
    }
    const [unknown] = await this.reports.unknownReleases(transaction, namedReleases(state))
    if (unknown !== undefined) {
      throw new Problem('release-unknown', 422, `There is no release ${unknown}; report one that a target has named.`)
    }
  }
}

function message({ deviceId, fleetId, organizationId }: KnownDevice, kind: 'device' | 'device-events') {
  return { topic: 'change', kind, id: deviceId, fleetId, organizationId } as const
}

function newest(samples: MetricsSample[] | undefined): MetricsSample | undefined {
  return samples?.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1)
}
