import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * Of what a device says of itself, what a list shows. All of it may be half a megabyte: the logs of services that it
 * gave up, and whatever a careless app puts there. A function, since the planner takes such an expression in a query for
 * so dear that it no longer cares by which index the rows are found.
 */
export class StatesInShort1763700014000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION state_in_short(state jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN
        RETURN jsonb_strip_nulls(jsonb_build_object(
          'supervisor', state->'supervisor', 'explanation', state->'explanation', 'transfers', state->'transfers',
          'apps', (SELECT jsonb_object_agg(app.key, jsonb_build_object(
              'releaseId', app.value->'releaseId',
              'trial', app.value->'trial' #- '{lastFailure,services}',
              'rejected', app.value->'rejected' #- '{services}',
              'services', (SELECT jsonb_object_agg(service.key, jsonb_build_object('status', service.value->'status'))
                FROM jsonb_each(app.value->'services') AS service)))
            FROM jsonb_each(state->'apps') AS app)));
      END $$;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION state_in_short(jsonb)')
  }
}
