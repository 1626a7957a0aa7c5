import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Who has a build, who asked for it, and how often it was lost. */
export class BuildLeases1763700005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE builds
        -- The run of a builder that holds the lease: a second one with the same job is turned away.
        ADD runner text,
        -- Leases that ran out: their builder died.
        ADD lost int NOT NULL DEFAULT 0,
        ADD actor_kind text NOT NULL DEFAULT 'system',
        ADD actor_id text NOT NULL DEFAULT 'system',
        ADD actor_label text NOT NULL DEFAULT 'Flotilla';
      DROP INDEX builds_open;
      CREATE INDEX builds_open ON builds (queued_at, id) WHERE state IN ('queued', 'running');
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX builds_open;
      CREATE INDEX builds_open ON builds (queued_at) WHERE state IN ('queued', 'running');
      ALTER TABLE builds DROP runner, DROP lost, DROP actor_kind, DROP actor_id, DROP actor_label;
    `)
  }
}
