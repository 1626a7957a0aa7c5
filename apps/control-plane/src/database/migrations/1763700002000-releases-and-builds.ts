import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Releases, the images in them and the builds that made them. */
export class ReleasesAndBuilds1763700002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE releases (
        id uuid PRIMARY KEY,
        fleet_id uuid NOT NULL REFERENCES fleets ON DELETE CASCADE,
        number int NOT NULL,
        version text NOT NULL,
        status text NOT NULL CHECK (status IN ('building', 'failed', 'draft', 'final')),
        commit text NOT NULL,
        branch text,
        message text,
        author text,
        compose jsonb,
        failure_reason text,
        invalidated_at timestamptz,
        created_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        finalized_at timestamptz,
        UNIQUE (fleet_id, number)
      );
      CREATE INDEX releases_page ON releases (fleet_id, created_at DESC, id DESC);
      CREATE TABLE release_images (
        release_id uuid NOT NULL REFERENCES releases ON DELETE CASCADE,
        service text NOT NULL,
        platform text NOT NULL,
        repository text NOT NULL,
        digest text NOT NULL,
        config_digest text NOT NULL,
        size_bytes bigint NOT NULL,
        config jsonb NOT NULL DEFAULT '{}',
        PRIMARY KEY (release_id, service, platform)
      );
      CREATE TABLE builds (
        id uuid PRIMARY KEY,
        fleet_id uuid NOT NULL REFERENCES fleets ON DELETE CASCADE,
        release_id uuid NOT NULL UNIQUE REFERENCES releases ON DELETE CASCADE,
        state text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
        attempt int NOT NULL DEFAULT 0,
        tasks jsonb NOT NULL,
        makes_final boolean NOT NULL,
        source_file text,
        reason text,
        queued_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        ended_at timestamptz,
        -- A running build is a lease: whoever does not renew it loses it.
        lease_until timestamptz,
        deadline_at timestamptz
      );
      CREATE INDEX builds_fleet ON builds (fleet_id, queued_at DESC, id DESC);
      CREATE INDEX builds_open ON builds (queued_at) WHERE state IN ('queued', 'running');
      CREATE TABLE build_output (
        id bigint GENERATED ALWAYS AS IDENTITY,
        build_id uuid NOT NULL REFERENCES builds ON DELETE CASCADE,
        attempt int NOT NULL,
        number int NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        service text,
        kind text NOT NULL,
        text text NOT NULL,
        PRIMARY KEY (build_id, id)
      );
      CREATE UNIQUE INDEX build_output_once ON build_output (build_id, attempt, number);
      ALTER TABLE fleets ADD FOREIGN KEY (target_release_id) REFERENCES releases;
      ALTER TABLE devices ADD FOREIGN KEY (pinned_release_id) REFERENCES releases;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE fleets DROP CONSTRAINT fleets_target_release_id_fkey;
      ALTER TABLE devices DROP CONSTRAINT devices_pinned_release_id_fkey;
      DROP TABLE build_output, builds, release_images, releases;
    `)
  }
}
