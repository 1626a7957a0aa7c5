import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { DeviceReport } from './device-report.entity.js'

@Injectable()
export class DeviceReportsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  find(deviceId: string): Promise<DeviceReport | null> {
    return this.source.getRepository(DeviceReport).findOneBy({ deviceId })
  }

  /** What is held of the device. Its reports take turns until the transaction ends, also the first ones. */
  async lock(transaction: Transaction, deviceId: string): Promise<DeviceReport | null> {
    await transaction.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 714052603))', [deviceId])
    return transaction.findOneBy(DeviceReport, { deviceId })
  }

  /** Releases of others are left out: a device that names them has no say in what is counted of them. */
  async store(
    transaction: Transaction,
    organizationId: string,
    report: Omit<DeviceReport, 'receivedAt'>,
  ): Promise<void> {
    await transaction.query(
      `INSERT INTO device_reports
         (device_id, hardware_id, number, state, activity, generation, running_release_id, reported_at,
          confirmed_release_id, rejected_release_id, metrics)
       VALUES ($1, $2, $3, $4, $5, $6, ${own('$7')}, $8, ${own('$9')}, ${own('$10')}, $11)
       ON CONFLICT (device_id) DO UPDATE SET hardware_id = $2, number = $3, state = $4, activity = $5, generation = $6,
         running_release_id = excluded.running_release_id, reported_at = $8, received_at = now(),
         confirmed_release_id = excluded.confirmed_release_id, rejected_release_id = excluded.rejected_release_id,
         metrics = $11`,
      [
        report.deviceId,
        report.hardwareId,
        report.number,
        JSON.stringify(report.state),
        report.activity,
        report.generation,
        report.runningReleaseId,
        report.reportedAt,
        report.confirmedReleaseId,
        report.rejectedReleaseId,
        report.metrics && JSON.stringify(report.metrics),
        organizationId,
      ],
    )
  }

  /** Those of the releases that do not exist. */
  async unknownReleases(transaction: Transaction, releaseIds: string[]): Promise<string[]> {
    if (releaseIds.length === 0) return []
    const rows = await transaction.query<{ id: string }[]>(
      `SELECT id FROM unnest($1::uuid[]) AS named (id) WHERE NOT EXISTS (SELECT FROM releases r WHERE r.id = named.id)`,
      [releaseIds],
    )
    return rows.map((row) => row.id)
  }
}

/** The release, if it is of the organization of the device. */
function own(release: string): string {
  return `(SELECT r.id FROM releases r JOIN fleets f ON f.id = r.fleet_id
    WHERE r.id = ${release} AND f.organization_id = $12)`
}
