import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Differences between two images of a fleet, and who is making them. */
export class ImageDeltas1763700010500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE image_deltas (
        id uuid PRIMARY KEY,
        fleet_id uuid NOT NULL REFERENCES fleets ON DELETE CASCADE,
        service text NOT NULL,
        platform text NOT NULL,
        -- Manifest digests.
        from_digest text NOT NULL,
        to_digest text NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'making', 'ready', 'not-worth-it', 'failed')),
        reason text,
        -- Which time it is that a worker has it, and how many of these came to nothing through no fault of the images.
        attempt int NOT NULL DEFAULT 0,
        setbacks int NOT NULL DEFAULT 0,
        lease_until timestamptz,
        deadline_at timestamptz,
        requested_by text NOT NULL CHECK (requested_by IN ('build', 'device', 'person')),
        -- The device or person; null for builds.
        requester text,
        requested_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        ended_at timestamptz,
        last_used_at timestamptz,
        -- The blob that devices fetch, and the manifest that keeps it in the registry.
        blob_digest text,
        manifest_digest text,
        size_bytes bigint,
        -- Of the layers that it stands for, compressed.
        plain_bytes bigint,
        -- Tars of both images that went into it, for estimates of how long others take.
        work_bytes bigint,
        UNIQUE (fleet_id, to_digest, from_digest),
        CHECK (state <> 'ready' OR blob_digest IS NOT NULL AND size_bytes IS NOT NULL)
      );
      CREATE INDEX image_deltas_open ON image_deltas (requested_at, id) WHERE state IN ('waiting', 'making');
      CREATE INDEX image_deltas_ready ON image_deltas (fleet_id, platform) WHERE state = 'ready';
      CREATE INDEX image_deltas_over ON image_deltas (ended_at) WHERE ended_at IS NOT NULL;
      CREATE INDEX image_deltas_requester ON image_deltas (requester, requested_at) WHERE requested_by = 'device';
      CREATE INDEX release_images_digest ON release_images (digest);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX release_images_digest; DROP TABLE image_deltas')
  }
}
