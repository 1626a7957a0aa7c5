import type { DeviceState, DeviceStateSchema, MetricsSample } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { z } from 'zod'

/** A state as a device sent it: what has a default may be missing. */
export type SentState = z.input<typeof DeviceStateSchema>

@Entity('device_reports')
export class DeviceReport {
  @PrimaryColumn({ name: 'device_id', type: 'uuid' })
  deviceId: string

  // The board that it is from; another one begins anew.
  @Column({ name: 'hardware_id', type: 'uuid' })
  hardwareId: string

  // The device's own count of its states.
  @Column({ type: 'bigint' })
  number: string

  @Column({ type: 'jsonb' })
  state: SentState

  // The rest is taken out of the state, for lists and filters.
  @Column({ type: 'text', nullable: true })
  activity: DeviceState['activity'] | null

  @Column({ type: 'bigint', nullable: true })
  generation: string | null

  @Column({ name: 'running_release_id', type: 'uuid', nullable: true })
  runningReleaseId: string | null

  @Column({ name: 'confirmed_release_id', type: 'uuid', nullable: true })
  confirmedReleaseId: string | null

  @Column({ name: 'rejected_release_id', type: 'uuid', nullable: true })
  rejectedReleaseId: string | null

  // The newest sample that the board sent.
  @Column({ type: 'jsonb', nullable: true })
  metrics: MetricsSample | null

  // By the device's clock.
  @Column({ name: 'reported_at', type: 'timestamptz' })
  reportedAt: Date

  @Column({ name: 'received_at', type: 'timestamptz', insert: false })
  receivedAt: Date
}
