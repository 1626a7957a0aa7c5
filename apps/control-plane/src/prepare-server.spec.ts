import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '@flotilla/dev'
import pg from 'pg'
import { type MigrateConfig, MigrateConfigSchema, parseConfig } from './config/config.js'
import { prepareServer } from './prepare-server.js'

const PASSWORD = 'a password that was given'

describe('preparing a server', () => {
  let database: { url: string; drop(): Promise<void> }
  let folder: string
  beforeEach(async () => {
    database = await createDatabase(process.env.DATABASE_URL ?? '')
    folder = await mkdtemp(join(tmpdir(), 'flotilla-prepare-'))
  })
  afterEach(async () => {
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  function config(more: Record<string, string> = {}): MigrateConfig {
    return parseConfig(MigrateConfigSchema, { DATABASE_URL: database.url, DATA_DIR: folder, ...more })
  }
  async function query<T>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      return (await client.query(sql)).rows as T[]
    } finally {
      await client.end()
    }
  }

  it('makes an admin with a password of its own and an organization, once', async () => {
    const admin = await prepareServer(config())
    expect(admin).toEqual({ email: 'admin@flotilla.local', password: expect.stringMatching(/^[\w-]{20}$/) })
    expect(await prepareServer(config())).toBeUndefined()
    expect(
      await query(`SELECT u.email, o.name, m.role FROM users u JOIN memberships m ON m.user_id = u.id
        JOIN organizations o ON o.id = m.organization_id`),
    ).toEqual([{ email: 'admin@flotilla.local', name: 'default', role: 'admin' }])
  })

  it('takes a given password and does not repeat it', async () => {
    const given = config({ ADMIN_EMAIL: 'ada@example.com', ADMIN_PASSWORD: PASSWORD })
    expect(await prepareServer(given)).toEqual({ email: 'ada@example.com' })
    const audit = await query<{ action: string; actor_kind: string }>(
      'SELECT action, actor_kind FROM audit_entries ORDER BY id',
    )
    expect(audit).toEqual([
      { action: 'user.created', actor_kind: 'system' },
      { action: 'organization.created', actor_kind: 'system' },
    ])
  })

  it('makes one admin also when several of it run at once', async () => {
    const made = await Promise.all([prepareServer(config()), prepareServer(config())])
    expect(made.filter((admin) => admin !== undefined)).toHaveLength(1)
    expect(await query('SELECT id FROM users')).toHaveLength(1)
  })

  it('makes the keys, and writes the certificate that the registry trusts, the same each time', async () => {
    const file = join(folder, 'registry', 'certificates.pem')
    await prepareServer(config({ REGISTRY_CERTIFICATE_FILE: file }))
    const first = await readFile(file, 'utf8')
    expect(new X509Certificate(first).subject).toContain('flotilla')
    await prepareServer(config({ REGISTRY_CERTIFICATE_FILE: file }))
    expect(await readFile(file, 'utf8')).toBe(first)
    expect(await query('SELECT purpose FROM signing_keys ORDER BY purpose')).toEqual([
      { purpose: 'access' },
      { purpose: 'registry' },
      { purpose: 'target' },
    ])
  })
})
