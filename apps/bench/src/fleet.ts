import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ApiClient, createApiClient, unwrap } from '@flotilla/api-client'
import { type Stack, waitFor } from '@flotilla/dev'

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' }

export interface BenchFleet {
  id: string
  api: ApiClient
  /** Where to push, with the token in it. */
  remote: string
  /** Lets one board join. */
  provisioningKey: string
  /** Resolves when it has; gives the device's id. */
  joined(): Promise<string>
}

/** A fleet that one board joins, on a stack that has just started. */
export async function createFleet(stack: Stack): Promise<BenchFleet> {
  const { token } = await unwrap(createApiClient({ baseUrl: stack.url }).POST('/api/v1/auth/login', { body: ADMIN }))
  const api = createApiClient({ baseUrl: stack.url, token })
  const { id } = await unwrap(api.POST('/api/v1/fleets', { body: { organization: 'default', name: 'bench' } }))
  const params = { path: { id } }
  const body = { name: 'bench', maxUses: 1 }
  const { key } = await unwrap(api.POST('/api/v1/fleets/{id}/provisioning-keys', { params, body }))
  const apiKey = await unwrap(api.POST('/api/v1/api-keys', { body: { name: 'bench' } }))
  const url = new URL(`${stack.url}/git/default/bench.git`)
  url.username = 'git'
  url.password = apiKey.token
  const query = { fleet: id }
  const joined = () =>
    waitFor(async () => (await unwrap(api.GET('/api/v1/devices', { params: { query } }))).items[0]?.id, {
      what: 'the device has registered',
    })
  return { id, api, remote: url.href, provisioningKey: key, joined }
}

export async function git(cwd: string, ...args: string[]): Promise<void> {
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com']
  await promisify(execFile)('git', [...identity, ...args], { cwd })
}
