import { randomBytes } from 'node:crypto'
import pg from 'pg'

export interface CreatedDatabase {
  url: string
  drop(): Promise<void>
}

/** A database of its own for a test suite, on the server of `url`. Dropping it also ends its connections. */
export async function createDatabase(url: string, name = randomName()): Promise<CreatedDatabase> {
  await execute(url, `CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  return {
    url: databaseUrl(url, name),
    drop: () => execute(url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  }
}

/** The URL of the database `name` on the server of `url`, made where it is not there yet. */
export async function ensureDatabase(url: string, name: string): Promise<string> {
  const duplicate = '42P04'
  await execute(url, `CREATE DATABASE ${pg.escapeIdentifier(name)}`).catch((error: { code?: string }) => {
    if (error.code !== duplicate) throw error
  })
  return databaseUrl(url, name)
}

function databaseUrl(url: string, name: string): string {
  const own = new URL(url)
  own.pathname = `/${encodeURIComponent(name)}`
  return own.href
}

function randomName(): string {
  return `test_${randomBytes(6).toString('hex')}`
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
