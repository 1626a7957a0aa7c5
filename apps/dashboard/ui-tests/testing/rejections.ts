import type { DeviceReportEvent, Rejection } from '@flotilla/contracts'
import { randomUUID } from 'node:crypto'

/** As a device tells why it gave a release up, with all that it can have seen of a service. */
export function rejectionOf(service: string): Rejection {
  const seen = {
    reason: `${service} ended with exit code 137, three times within 20 seconds.`,
    exitCode: 137,
    oomKilled: true,
    healthOutput: 'connection refused\n',
    lastLines: 'starting\n\u001b[31m<b>no space left</b>\u001b[0m',
  }
  const reason = `${service} does not stay up.`
  const at = new Date(Date.now() - 200_000).toISOString()
  return { releaseId: randomUUID(), version: '2-bad', at, code: 'crash-loop', reason, services: { [service]: seen } }
}

/** The detail of the event that tells of it. */
export function toldOf({ at: _at, ...rejection }: Rejection): DeviceReportEvent['detail'] {
  return JSON.parse(JSON.stringify(rejection)) as DeviceReportEvent['detail']
}
