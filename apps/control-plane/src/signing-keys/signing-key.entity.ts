import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('signing_keys')
export class SigningKey {
  // target: random; registry: libtrust id; access: random.
  @PrimaryColumn({ type: 'text' })
  id: string

  @Column({ type: 'text' })
  purpose: 'target' | 'registry' | 'access'

  // PEM (SPKI); null for a symmetric key.
  @Column({ name: 'public_key', type: 'text', nullable: true })
  publicKey: string | null

  // PEM (PKCS 8), or 32 random bytes in base64url for a symmetric key.
  @Column({ name: 'private_key', type: 'text' })
  privateKey: string

  // PEM, for the registry's rootcertbundle.
  @Column({ type: 'text', nullable: true })
  certificate: string | null

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
