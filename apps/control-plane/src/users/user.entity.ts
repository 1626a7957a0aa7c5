import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('users')
export class User {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  // Unique whatever its case.
  @Column({ type: 'text' })
  email: string

  @Column({ type: 'text' })
  name: string

  // PHC string, see password-hash.ts.
  @Column({ name: 'password_hash', type: 'text' })
  passwordHash: string

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
