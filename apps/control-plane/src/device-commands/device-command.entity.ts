import type { DeviceCommandBody, DeviceCommandState } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { ActorName } from '../auth/index.js'

@Entity('device_commands')
export class DeviceCommand {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'device_id', type: 'uuid' })
  deviceId: string

  @Column({ type: 'jsonb' })
  body: DeviceCommandBody

  @Column({ type: 'text', insert: false })
  state: DeviceCommandState

  @Column({ type: 'text', nullable: true, insert: false })
  detail: string | null

  @Column({ name: 'actor_kind', type: 'text' })
  actorKind: ActorName['kind']

  @Column({ name: 'actor_id', type: 'text' })
  actorId: string

  @Column({ name: 'actor_label', type: 'text' })
  actorLabel: string

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date

  @Column({ name: 'delivered_at', type: 'timestamptz', nullable: true, insert: false })
  deliveredAt: Date | null

  // Set exactly in the states that are the last.
  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true, insert: false })
  endedAt: Date | null
}
