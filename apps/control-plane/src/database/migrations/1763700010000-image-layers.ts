import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The layers of each image, from the base up: what two images share, and what each costs. */
export class ImageLayers1763700010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE release_images ADD layers jsonb')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE release_images DROP layers')
  }
}
