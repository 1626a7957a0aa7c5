import { createApiClient, type ApiClient } from '@flotilla/api-client'
import { createDatabase, freePort, PROJECT_FOLDER, startProcess } from '@flotilla/dev'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const ADMIN = { email: 'admin@flotilla.local', password: 'correct horse battery' }

export interface ApiProcess {
  url: string
  /** As the first admin. */
  client: ApiClient
  stop(): Promise<void>
}

/** The built api with the built dashboard, as a process of its own over a fresh database of the run's Postgres. */
export async function startApi(): Promise<ApiProcess> {
  const database = await createDatabase(process.env.DATABASE_URL ?? '')
  const dataDir = await mkdtemp(join(tmpdir(), 'flotilla-dashboard-'))
  // A copy: who builds meanwhile must not pull the pages from under the browser.
  const pages = join(dataDir, 'dashboard')
  await cp(join(PROJECT_FOLDER, 'apps/dashboard/dist'), pages, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: url,
    HOST: '127.0.0.1',
    PORT: String(port),
    REGISTRY_URL: 'http://127.0.0.1:1',
    DASHBOARD_DIR: pages,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    LOG_LEVEL: 'warn',
  }
  await promisify(execFile)(process.execPath, [program('migrate')], { env })
  const api = await startProcess({
    name: 'api',
    command: process.execPath,
    args: ['--enable-source-maps', program('api')],
    env,
    ready: async () => (await fetch(`${url}/api/v1/ready`)).ok,
  })
  return {
    url,
    client: createApiClient({ baseUrl: url, token: await signIn(url) }),
    stop: async () => {
      await api.stop()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function program(name: string): string {
  return join(PROJECT_FOLDER, `apps/control-plane/dist/main.${name}.js`)
}

async function signIn(url: string): Promise<string> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers, body: JSON.stringify(ADMIN) })
  return ((await answer.json()) as { token: string }).token
}
