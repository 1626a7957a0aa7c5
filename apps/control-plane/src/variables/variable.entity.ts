import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('variables')
export class Variable {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  // Exactly one of the two.
  @Column({ name: 'fleet_id', type: 'uuid', nullable: true })
  fleetId: string | null

  @Column({ name: 'device_id', type: 'uuid', nullable: true })
  deviceId: string | null

  // null: every service.
  @Column({ type: 'text', nullable: true })
  service: string | null

  @Column({ type: 'text' })
  kind: 'environment' | 'config'

  @Column({ type: 'text' })
  name: string

  @Column({ type: 'text' })
  value: string

  @Column({ type: 'boolean' })
  secret: boolean

  @Column({ name: 'updated_at', type: 'timestamptz', insert: false })
  updatedAt: Date
}
