import { DeviceStateSchema, type ReportedState } from '@flotilla/contracts'
import type { DeviceReport } from './device-report.entity.js'

export function presentReport(report: DeviceReport): ReportedState {
  return {
    number: Number(report.number),
    at: report.reportedAt.toISOString(),
    receivedAt: report.receivedAt.toISOString(),
    state: DeviceStateSchema.parse(report.state),
  }
}
