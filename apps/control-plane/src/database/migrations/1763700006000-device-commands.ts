import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What people asked of devices. */
export class DeviceCommands1763700006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE device_commands (
        id uuid PRIMARY KEY,
        device_id uuid NOT NULL REFERENCES devices ON DELETE CASCADE,
        body jsonb NOT NULL,
        state text NOT NULL DEFAULT 'waiting'
          CHECK (state IN ('waiting', 'delivered', 'done', 'failed', 'refused', 'expired', 'cancelled')),
        detail text,
        actor_kind text NOT NULL,
        actor_id text NOT NULL,
        actor_label text NOT NULL,
        -- clock_timestamp(): several of one transaction keep their order.
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL,
        delivered_at timestamptz,
        ended_at timestamptz
      );
      CREATE INDEX device_commands_page ON device_commands (device_id, created_at DESC, id DESC);
      -- Devices ask with every poll, and almost never is there one.
      CREATE INDEX device_commands_open ON device_commands (device_id, created_at) WHERE ended_at IS NULL;
      CREATE INDEX device_commands_expiry ON device_commands (expires_at) WHERE ended_at IS NULL;
      CREATE INDEX device_commands_ended ON device_commands (ended_at) WHERE ended_at IS NOT NULL;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device_commands')
  }
}
