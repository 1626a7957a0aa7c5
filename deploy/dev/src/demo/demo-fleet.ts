import { ApiProblem, createApiClient, unwrap, type ApiClient, type components } from '@flotilla/api-client'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '../processes/wait.js'
import type { FirstAdmin } from '../stack/server-processes.js'
import { DemoError } from './errors.js'

export type Fleet = components['schemas']['Fleet']
export type Device = components['schemas']['Device']
export type DeviceTarget = components['schemas']['DeviceTarget']

const ORGANIZATION = 'default'
export const FLEET = 'demo'
export const DEVICE = 'demo-device'

/** An API token of the first user, made at the first start and kept in `<home>/secrets/api-token`. */
export async function demoToken(home: string, url: string, admin: FirstAdmin): Promise<string> {
  const file = join(home, 'secrets', 'api-token')
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
  if (kept && (await isValid(url, kept))) return kept
  const login = createApiClient({ baseUrl: url }).POST('/api/v1/auth/login', { body: admin })
  const session = await unwrap(login).catch((cause: unknown) => {
    if (!(cause instanceof ApiProblem)) throw cause
    throw new DemoError(
      `This database has users already. Sign in at ${url}, make an API token, and put it into ${file}; then start again.`,
      { cause },
    )
  })
  const api = createApiClient({ baseUrl: url, token: session.token })
  const { token } = await unwrap(api.POST('/api/v1/api-keys', { body: { name: 'npm start' } }))
  writeFileSync(file, token, { mode: 0o600 })
  return token
}

// Another database, or a person who revoked it.
async function isValid(url: string, token: string): Promise<boolean> {
  const { response } = await createApiClient({ baseUrl: url, token }).GET('/api/v1/auth/whoami')
  return response.status !== 401
}

/** The fleet that the demo device is in, made where it is not there yet. */
export async function demoFleet(api: ApiClient): Promise<Fleet> {
  const query = { organization: ORGANIZATION, name: FLEET }
  const { items } = await unwrap(api.GET('/api/v1/fleets', { params: { query } }))
  return items[0] ?? unwrap(api.POST('/api/v1/fleets', { body: query }))
}

/** A provisioning key for one board: registering is idempotent, so the same board may show it again. */
export async function demoKey(home: string, api: ApiClient, fleetId: string): Promise<string> {
  const file = join(home, 'secrets', 'provisioning-key')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  const params = { path: { id: fleetId } }
  const body = { name: DEVICE, maxUses: 1 }
  const { key } = await unwrap(api.POST('/api/v1/fleets/{id}/provisioning-keys', { params, body }))
  writeFileSync(file, key, { mode: 0o600 })
  return key
}

/** Waits until the demo device has joined its fleet; it was renamed or moved since where its id is known. */
export function onlineDevice(api: ApiClient, id: string | undefined, signal: AbortSignal): Promise<Device> {
  const find = async () => {
    const device = id ? await deviceById(api, id) : await deviceByName(api)
    return device?.connectivity === 'online' ? device : undefined
  }
  return waitFor(find, { what: 'the demo device is online', timeoutMs: 60_000, everyMs: 200, signal })
}

export function targetOf(api: ApiClient, device: Device): Promise<DeviceTarget> {
  return unwrap(api.GET('/api/v1/devices/{id}/target', { params: { path: { id: device.id } } }))
}

/** Whether something is to be reached at the port: a person may have pushed another app since. */
export function publishesPort({ target }: DeviceTarget, port: number): boolean {
  const services = target.apps.flatMap((app) => Object.values(app.services))
  return services.some(({ ports }) => ports.some(({ published }) => published === port))
}

function deviceById(api: ApiClient, id: string): Promise<Device> {
  return unwrap(api.GET('/api/v1/devices/{id}', { params: { path: { id } } }))
}

async function deviceByName(api: ApiClient): Promise<Device | undefined> {
  const query = { organization: ORGANIZATION, name: DEVICE }
  const { items } = await unwrap(api.GET('/api/v1/devices', { params: { query } }))
  return items[0]
}
