import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Copies of volumes that devices have sent. The key goes with its row, and without it the object is noise. */
export class UploadedSnapshots1763700007500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE uploaded_snapshots (
        device_id uuid NOT NULL REFERENCES devices ON DELETE CASCADE,
        -- The device's own name for it.
        id text NOT NULL,
        app_id uuid NOT NULL,
        volume text NOT NULL,
        cause text NOT NULL,
        release_id uuid,
        taken_at timestamptz NOT NULL,
        -- Of the files, not of the object.
        size_bytes bigint,
        object text NOT NULL UNIQUE,
        key bytea NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        -- Both absent while it is being sent.
        stored_at timestamptz,
        bytes bigint,
        digest text,
        PRIMARY KEY (device_id, id),
        CHECK ((stored_at IS NULL) = (bytes IS NULL) AND (bytes IS NULL) = (digest IS NULL))
      );
      CREATE INDEX uploaded_snapshots_unfinished ON uploaded_snapshots (started_at) WHERE stored_at IS NULL;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE uploaded_snapshots')
  }
}
