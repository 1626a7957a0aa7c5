import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How boards were over time. Many rows, written in batches, read by device and time, removed by age. */
export class DeviceMetrics1763700009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE device_metrics (
        device_id uuid NOT NULL,
        hardware_id uuid NOT NULL,
        at timestamptz NOT NULL,
        cpu_percent real,
        load_average real,
        memory_used_bytes bigint,
        memory_total_bytes bigint,
        disk_used_bytes bigint,
        disk_total_bytes bigint,
        temperature_celsius real,
        is_under_voltage boolean,
        was_under_voltage boolean,
        is_throttled boolean,
        was_throttled boolean,
        storage_wear_percent real,
        storage_written_bytes bigint,
        link_quality_percent real,
        link_signal_dbm real,
        cloud_round_trip_ms real,
        network_received_bytes bigint,
        network_sent_bytes bigint,
        uptime_seconds double precision,
        PRIMARY KEY (device_id, at, hardware_id)
      );
      -- Rows come almost in the order of their time: some kilobytes of index for the removal of the old ones.
      CREATE INDEX device_metrics_age ON device_metrics USING brin (at);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device_metrics')
  }
}
