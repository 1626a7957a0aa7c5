import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The history of devices stays append-only, but what is older than a week may be removed: it grows for ever else. */
export class HistoryRetention1763700013000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER device_events_append_only ON device_events;
      CREATE TRIGGER device_events_append_only BEFORE UPDATE ON device_events
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER device_events_kept BEFORE DELETE ON device_events
        FOR EACH ROW WHEN (OLD.received_at > now() - interval '7 days') EXECUTE FUNCTION refuse_change();
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER device_events_kept ON device_events;
      DROP TRIGGER device_events_append_only ON device_events;
      CREATE TRIGGER device_events_append_only BEFORE UPDATE OR DELETE ON device_events
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    `)
  }
}
