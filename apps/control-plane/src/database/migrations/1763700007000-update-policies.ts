import type { MigrationInterface, QueryRunner } from 'typeorm'

/** When and how devices move to another release: what fleets and devices set of it, and what operators force. */
export class UpdatePolicies1763700007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE fleets ADD update_policy jsonb NOT NULL DEFAULT '{}', ADD forced_release_id uuid;
      ALTER TABLE devices ADD update_policy jsonb NOT NULL DEFAULT '{}', ADD forced_release_id uuid;
      CREATE INDEX devices_forced ON devices (fleet_id) WHERE forced_release_id IS NOT NULL;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE devices DROP update_policy, DROP forced_release_id;
      ALTER TABLE fleets DROP update_policy, DROP forced_release_id;
    `)
  }
}
