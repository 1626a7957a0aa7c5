import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Fleets, their devices, the boards in them, and what both should be told. */
export class FleetsAndDevices1763700001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE signing_keys (
        id text PRIMARY KEY,
        purpose text NOT NULL CHECK (purpose IN ('target', 'registry', 'access')),
        public_key text,
        private_key text NOT NULL,
        certificate text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE fleets (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        name text NOT NULL,
        deploy_branch text NOT NULL,
        platforms text[] NOT NULL DEFAULT '{}',
        target_release_id uuid,
        pinned boolean NOT NULL DEFAULT false,
        revision bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (organization_id, name)
      );
      CREATE TABLE provisioning_keys (
        id uuid PRIMARY KEY,
        fleet_id uuid NOT NULL REFERENCES fleets ON DELETE CASCADE,
        name text NOT NULL,
        prefix text NOT NULL,
        key_hash bytea NOT NULL UNIQUE,
        expires_at timestamptz,
        max_uses int,
        uses int NOT NULL DEFAULT 0,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX provisioning_keys_fleet ON provisioning_keys (fleet_id);
      CREATE TABLE devices (
        id uuid PRIMARY KEY,
        fleet_id uuid NOT NULL REFERENCES fleets,
        name text NOT NULL,
        revision bigint NOT NULL DEFAULT 0,
        pinned_release_id uuid,
        last_seen_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (fleet_id, name)
      );
      CREATE INDEX devices_page ON devices (fleet_id, created_at, id);
      CREATE TABLE hardware (
        id uuid PRIMARY KEY,
        uuid text NOT NULL UNIQUE,
        device_id uuid NOT NULL REFERENCES devices ON DELETE CASCADE,
        public_key text NOT NULL,
        platform text NOT NULL,
        device_type text,
        serial_number text,
        memory_bytes bigint,
        active boolean NOT NULL DEFAULT true,
        registered_at timestamptz NOT NULL DEFAULT now(),
        retired_at timestamptz
      );
      CREATE UNIQUE INDEX hardware_active ON hardware (device_id) WHERE active;
      CREATE INDEX hardware_device ON hardware (device_id);
      CREATE TABLE used_challenges (
        nonce text PRIMARY KEY,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX used_challenges_age ON used_challenges (expires_at);
      CREATE TABLE variables (
        id uuid PRIMARY KEY,
        fleet_id uuid REFERENCES fleets ON DELETE CASCADE,
        device_id uuid REFERENCES devices ON DELETE CASCADE,
        service text,
        kind text NOT NULL CHECK (kind IN ('environment', 'config')),
        name text NOT NULL,
        value text NOT NULL,
        secret boolean NOT NULL DEFAULT false,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CHECK ((fleet_id IS NULL) <> (device_id IS NULL))
      );
      CREATE UNIQUE INDEX variables_place ON variables
        (coalesce(fleet_id, device_id), coalesce(service, ''), kind, name);
      CREATE INDEX variables_fleet ON variables (fleet_id) WHERE fleet_id IS NOT NULL;
      CREATE INDEX variables_device ON variables (device_id) WHERE device_id IS NOT NULL;
      CREATE TABLE device_reports (
        device_id uuid PRIMARY KEY REFERENCES devices ON DELETE CASCADE,
        hardware_id uuid NOT NULL,
        number bigint NOT NULL,
        event_number bigint NOT NULL DEFAULT 0,
        state jsonb NOT NULL,
        activity text,
        generation bigint,
        running_release_id uuid,
        reported_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX device_reports_release ON device_reports (running_release_id);
      CREATE TABLE device_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        device_id uuid NOT NULL,
        fleet_id uuid NOT NULL,
        hardware_id uuid,
        number bigint,
        at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        kind text NOT NULL,
        actor_kind text NOT NULL,
        actor_id text NOT NULL,
        actor_label text NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX device_events_device ON device_events (device_id, id DESC);
      CREATE UNIQUE INDEX device_events_once ON device_events (hardware_id, number) WHERE number IS NOT NULL;
      CREATE TRIGGER device_events_append_only BEFORE UPDATE OR DELETE ON device_events
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
      CREATE TABLE device_logs (
        id bigint GENERATED ALWAYS AS IDENTITY,
        device_id uuid NOT NULL,
        hardware_id uuid NOT NULL,
        number bigint NOT NULL,
        at timestamptz NOT NULL,
        service text,
        stream text NOT NULL,
        text text NOT NULL,
        truncated boolean NOT NULL DEFAULT false,
        PRIMARY KEY (device_id, id)
      );
      CREATE UNIQUE INDEX device_logs_once ON device_logs (hardware_id, number);
      CREATE TABLE device_log_positions (
        hardware_id uuid PRIMARY KEY,
        stored bigint NOT NULL DEFAULT 0,
        dropped bigint NOT NULL DEFAULT 0
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE device_log_positions, device_logs, device_events, device_reports, variables, used_challenges, hardware,
        devices, provisioning_keys, fleets, signing_keys;
    `)
  }
}
