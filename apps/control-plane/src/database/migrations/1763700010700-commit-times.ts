import type { MigrationInterface, QueryRunner } from 'typeorm'

/** When the commit of a release was made: images are dated by it, so that equal commits make equal ones. */
export class CommitTimes1763700010700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE releases ADD committed_at timestamptz')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE releases DROP committed_at')
  }
}
