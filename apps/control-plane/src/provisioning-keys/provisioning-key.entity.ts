import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('provisioning_keys')
export class ProvisioningKey {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ name: 'fleet_id', type: 'uuid' })
  fleetId: string

  @Column({ type: 'text' })
  name: string

  // The first characters, by which people tell keys apart.
  @Column({ type: 'text' })
  prefix: string

  // sha256 of the key; the key itself is kept nowhere.
  @Column({ name: 'key_hash', type: 'bytea' })
  keyHash: Buffer

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null

  @Column({ name: 'max_uses', type: 'int', nullable: true })
  maxUses: number | null

  @Column({ type: 'int', insert: false })
  uses: number

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true, insert: false })
  revokedAt: Date | null

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
