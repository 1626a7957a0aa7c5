import type { Platform } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('hardware')
export class Hardware {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  // The board's own id: 32 hex digits, made there.
  @Column({ type: 'text' })
  uuid: string

  @Column({ name: 'device_id', type: 'uuid' })
  deviceId: string

  // Raw Ed25519 key in base64url.
  @Column({ name: 'public_key', type: 'text' })
  publicKey: string

  @Column({ type: 'text' })
  platform: Platform

  @Column({ name: 'device_type', type: 'text', nullable: true })
  deviceType: string | null

  @Column({ name: 'serial_number', type: 'text', nullable: true })
  serialNumber: string | null

  @Column({ name: 'memory_bytes', type: 'bigint', nullable: true })
  memoryBytes: string | null

  // False: it was replaced. A device has at most one active board.
  @Column({ type: 'boolean', insert: false })
  active: boolean

  @Column({ name: 'registered_at', type: 'timestamptz', insert: false })
  registeredAt: Date

  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true, insert: false })
  retiredAt: Date | null
}
