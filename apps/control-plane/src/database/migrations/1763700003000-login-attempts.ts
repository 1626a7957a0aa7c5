import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Counters of attempts to sign in, in the shape that rate-limiter-flexible keeps. */
export class LoginAttempts1763700003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE login_attempts (
        key varchar(255) PRIMARY KEY,
        points int NOT NULL DEFAULT 0,
        expire bigint
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE login_attempts')
  }
}
