import type { MigrationInterface, QueryRunner } from 'typeorm'

/** By which the devices of a fleet know each other on a local network: 32 bytes, made where the fleet is. */
export class NeighbourKeys1763700011000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Of uuids, since Postgres has no other strong randomness without an extension.
    const random =
      'sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))'
    await runner.query(`ALTER TABLE fleets ADD neighbour_key bytea NOT NULL DEFAULT ${random}`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE fleets DROP neighbour_key')
  }
}
