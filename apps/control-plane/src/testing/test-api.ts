import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import type { Role } from '@flotilla/contracts'
import { createDatabase } from '@flotilla/dev'
import type { INestApplication } from '@nestjs/common'
import { DataSource } from 'typeorm'
import { AppModule } from '../app.module.js'
import { type ServerConfig, ServerConfigSchema, parseConfig } from '../config/config.js'
import { databaseOptions, migrate } from '../database/data-source.js'
import { createApi } from '../http/create-api.js'
import { migrateQueues } from '../queue/migrate-queues.js'

export interface TestUser {
  userId: string
  email: string
  // An API token with the user's whole rights.
  token: string
  organizationId: string
  organization: string
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface TestApi {
  url: string
  config: ServerConfig
  app: INestApplication
  // Straight to the database, for what no route shows.
  database: DataSource
  /** A new user with `role` in `organization` (by name; absent: a new organization). */
  signUp(role?: Role, organization?: string): Promise<TestUser>
  /** fetch with the user's token; a body that is no string is sent as JSON. */
  call(
    user: TestUser | undefined,
    request: `${Method} /${string}`,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>
  close(): Promise<void>
}

/** The whole api on a fresh database of the run's Postgres, listening on a free port of the loopback. */
export async function createTestApi(overrides: Record<string, string> = {}): Promise<TestApi> {
  const fresh = await createDatabase(serverUrl())
  const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-test-'))
  await migrate(fresh.url)
  await migrateQueues({ databaseUrl: fresh.url })
  const config = parseConfig(ServerConfigSchema, {
    DATABASE_URL: fresh.url,
    REDIS_URL: process.env.REDIS_URL,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://127.0.0.1:1',
    REGISTRY_URL: 'http://127.0.0.1:2',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'error',
    ...overrides,
  })
  const app = await createApi(AppModule.forRoot(config), config)
  await app.listen(0, '127.0.0.1')
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo
  const database = await new DataSource({ ...databaseOptions(fresh.url), extra: { max: 2 } }).initialize()
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    config,
    app,
    database,
    signUp: (role = 'admin', organization) => signUp(database, role, organization),
    call: (user, request, body, headers) => {
      const [method = 'GET', path = '/'] = request.split(' ')
      return call(url + path, { user, method, body, headers })
    },
    close: async () => {
      await app.close()
      await database.destroy()
      await fresh.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function signUp(
  database: DataSource,
  role: Role,
  organization = `org-${randomBytes(4).toString('hex')}`,
): Promise<TestUser> {
  const userId = randomUUID()
  const email = `${userId.slice(0, 8)}@example.com`
  const token = `flt_${randomBytes(24).toString('base64url')}`
  await database.query('INSERT INTO users (id, email, name, password_hash) VALUES ($1, $2, $2, $3)', [
    userId,
    email,
    'none',
  ])
  await database.query(
    'INSERT INTO organizations (id, name, title) VALUES ($1, $2, $2) ON CONFLICT (name) DO NOTHING',
    [randomUUID(), organization],
  )
  const [row] = await database.query<{ id: string }[]>('SELECT id FROM organizations WHERE name = $1', [organization])
  const organizationId = row?.id ?? ''
  await database.query('INSERT INTO memberships (organization_id, user_id, role) VALUES ($1, $2, $3)', [
    organizationId,
    userId,
    role,
  ])
  await database.query('INSERT INTO api_keys (id, user_id, name, prefix, token_hash) VALUES ($1, $2, $3, $4, $5)', [
    randomUUID(),
    userId,
    'test',
    token.slice(0, 8),
    createHash('sha256').update(token).digest(),
  ])
  return { userId, email, token, organizationId, organization }
}

interface Call {
  user: TestUser | undefined
  method: string
  body?: unknown
  headers?: Record<string, string>
}

function call(url: string, { user, method, body, headers }: Call): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      ...(user && { Authorization: `Bearer ${user.token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

function serverUrl(): string {
  const url = process.env.DATABASE_URL
  if (!url) throw new Error('DATABASE_URL is not set: jest.global-setup.mjs starts a Postgres for the whole run')
  return url
}
