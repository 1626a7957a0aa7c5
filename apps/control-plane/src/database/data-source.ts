import { DataSource, type DataSourceOptions } from 'typeorm'
import { migrations } from './migrations/index.js'

/** Connection options for Postgres. Entities are added by the features' modules. */
export function databaseOptions(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    migrations,
    migrationsTransactionMode: 'each',
    synchronize: false,
    applicationName: 'flotilla',
    // A device fleet comes back all at once after an outage: wait for a connection rather than fail.
    extra: { max: 12, connectionTimeoutMillis: 10_000, statement_timeout: 30_000 },
  }
}

/** Brings a database to the present schema; several callers at once are safe (they take turns behind a lock). */
export async function migrate(url: string): Promise<void> {
  const source = new DataSource(databaseOptions(url))
  await source.initialize()
  const lock = source.createQueryRunner()
  try {
    await lock.query('SELECT pg_advisory_lock(714052601)')
    await source.runMigrations()
  } finally {
    await lock.query('SELECT pg_advisory_unlock(714052601)').catch(() => undefined)
    await lock.release()
    await source.destroy()
  }
}
