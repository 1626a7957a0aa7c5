import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('organizations')
export class Organization {
  @PrimaryColumn({ type: 'uuid' })
  id: string

  @Column({ type: 'text' })
  name: string

  @Column({ type: 'text' })
  title: string

  @Column({ name: 'created_at', type: 'timestamptz', insert: false })
  createdAt: Date
}
