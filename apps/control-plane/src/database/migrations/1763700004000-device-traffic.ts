import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What many devices at once need: when each is expected, what changed since, and indexes for the lists. */
export class DeviceTraffic1763700004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Devices are seen all the time; with room in their pages such an update touches no index.
      ALTER TABLE devices ADD online_until timestamptz, ADD revised_at timestamptz NOT NULL DEFAULT now(),
        SET (fillfactor = 80);
      ALTER TABLE fleets ADD revised_at timestamptz NOT NULL DEFAULT now();
      CREATE INDEX devices_all_page ON devices (created_at, id);
      CREATE INDEX devices_revised ON devices (revised_at);
      CREATE INDEX devices_pinned ON devices (pinned_release_id) WHERE pinned_release_id IS NOT NULL;
      CREATE INDEX fleets_revised ON fleets (revised_at);
      CREATE INDEX fleets_page ON fleets (organization_id, created_at, id);
      CREATE INDEX hardware_history ON hardware (device_id, registered_at DESC, id DESC);
      CREATE INDEX provisioning_keys_page ON provisioning_keys (fleet_id, created_at, id);
      CREATE INDEX device_logs_service ON device_logs (device_id, service, id);

      -- Caches look for what was revised since they last looked, so nobody may forget to note it.
      CREATE FUNCTION note_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.revised_at := clock_timestamp(); RETURN NEW; END $$;
      CREATE TRIGGER fleets_revised BEFORE UPDATE OF revision ON fleets
        FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION note_revision();
      CREATE TRIGGER devices_revised BEFORE UPDATE OF revision, fleet_id ON devices
        FOR EACH ROW WHEN (OLD.revision <> NEW.revision OR OLD.fleet_id <> NEW.fleet_id) EXECUTE FUNCTION note_revision();
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER fleets_revised ON fleets;
      DROP TRIGGER devices_revised ON devices;
      DROP FUNCTION note_revision();
      DROP INDEX device_logs_service, provisioning_keys_page, hardware_history, fleets_page, fleets_revised,
        devices_pinned, devices_revised, devices_all_page;
      ALTER TABLE fleets DROP revised_at;
      ALTER TABLE devices DROP revised_at, DROP online_until, RESET (fillfactor);
    `)
  }
}
