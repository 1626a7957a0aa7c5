import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What many devices at once need: until when each counts as online, how many log lines it has, and indexes. */
export class DeviceTraffic1763700004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Devices are seen all the time; with room in their pages such an update touches no index.
      ALTER TABLE devices ADD online_until timestamptz, SET (fillfactor = 80);
      CREATE INDEX devices_all_page ON devices (created_at, id);
      CREATE INDEX devices_pinned ON devices (pinned_release_id) WHERE pinned_release_id IS NOT NULL;
      CREATE INDEX fleets_page ON fleets (organization_id, created_at, id);
      CREATE INDEX fleets_target ON fleets (target_release_id);
      CREATE INDEX hardware_history ON hardware (device_id, registered_at DESC, id DESC);
      CREATE INDEX provisioning_keys_page ON provisioning_keys (fleet_id, created_at, id);
      CREATE INDEX device_logs_service ON device_logs (device_id, service, id);
      -- The events themselves know.
      ALTER TABLE device_reports DROP event_number;
      ALTER TABLE device_log_positions ADD device_id uuid NOT NULL, ADD kept bigint NOT NULL DEFAULT 0;
      CREATE INDEX device_log_positions_device ON device_log_positions (device_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE device_reports ADD event_number bigint NOT NULL DEFAULT 0;
      ALTER TABLE device_log_positions DROP device_id, DROP kept;
      DROP INDEX device_logs_service, provisioning_keys_page, hardware_history, fleets_target, fleets_page,
        devices_pinned, devices_all_page;
      ALTER TABLE devices DROP online_until, RESET (fillfactor);
    `)
  }
}
