import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What few devices say, and a push that follows its release asks for all the time: that they will not do it. */
export class RefusedTargets1763700012000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX device_events_refused ON device_events (fleet_id, received_at)
        WHERE kind = 'target-refused' OR kind = 'step-failed' AND detail->'isFinal' = 'true'
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX device_events_refused')
  }
}
