import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What devices say of releases and of their boards, and how large images are on a disk. */
export class Verdicts1763700008000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE device_reports
        ADD confirmed_release_id uuid,
        ADD rejected_release_id uuid,
        -- The newest sample that the board sent.
        ADD metrics jsonb;
      CREATE INDEX device_reports_confirmed ON device_reports (confirmed_release_id);
      CREATE INDEX device_reports_rejected ON device_reports (rejected_release_id)
        WHERE rejected_release_id IS NOT NULL;
      -- For the counts of fleets: most devices are well.
      CREATE INDEX device_reports_troubled ON device_reports (device_id)
        WHERE rejected_release_id IS NOT NULL OR activity = 'failing';
      ALTER TABLE release_images ADD unpacked_bytes bigint;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE release_images DROP unpacked_bytes;
      DROP INDEX device_reports_troubled;
      ALTER TABLE device_reports DROP confirmed_release_id, DROP rejected_release_id, DROP metrics;
    `)
  }
}
