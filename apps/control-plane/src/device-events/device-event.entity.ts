import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
import type { ActorName } from '../auth/index.js'

@Entity('device_events')
export class DeviceEvent {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id: string

  @Column({ name: 'device_id', type: 'uuid' })
  deviceId: string

  // The fleet at the time of the event.
  @Column({ name: 'fleet_id', type: 'uuid' })
  fleetId: string

  @Column({ name: 'hardware_id', type: 'uuid', nullable: true })
  hardwareId: string | null

  // The board's own count, for events that happened there.
  @Column({ type: 'bigint', nullable: true })
  number: string | null

  @Column({ type: 'timestamptz' })
  at: Date

  @Column({ name: 'received_at', type: 'timestamptz', insert: false })
  receivedAt: Date

  @Column({ type: 'text' })
  kind: string

  @Column({ name: 'actor_kind', type: 'text' })
  actorKind: ActorName['kind']

  @Column({ name: 'actor_id', type: 'text' })
  actorId: string

  @Column({ name: 'actor_label', type: 'text' })
  actorLabel: string

  @Column({ type: 'jsonb' })
  detail: Record<string, unknown>
}
