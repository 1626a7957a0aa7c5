import type { ImageLayer, Platform } from '@flotilla/contracts'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('release_images')
export class ReleaseImage {
  @PrimaryColumn({ name: 'release_id', type: 'uuid' })
  releaseId: string

  @PrimaryColumn({ type: 'text' })
  service: string

  @PrimaryColumn({ type: 'text' })
  platform: Platform

  // Without the registry's host, which may move: fleets/<fleet id>
  @Column({ type: 'text' })
  repository: string

  @Column({ type: 'text' })
  digest: string

  @Column({ name: 'config_digest', type: 'text' })
  configDigest: string

  // Compressed, over all layers.
  @Column({ name: 'size_bytes', type: 'bigint' })
  sizeBytes: string

  // Of all layers as they lie on a disk; null: built before this was recorded.
  @Column({ name: 'unpacked_bytes', type: 'bigint', nullable: true })
  unpackedBytes: string | null

  // From the base up; null: built before they were recorded, and not asked of the registry since.
  @Column({ type: 'jsonb', nullable: true })
  layers: ImageLayer[] | null

  // As the engine inspects it: entrypoint, command, environment, volumes, health check …
  @Column({ type: 'jsonb' })
  config: Record<string, unknown>
}
