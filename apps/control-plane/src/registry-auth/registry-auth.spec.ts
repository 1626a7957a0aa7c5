import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RegistryTokenResponse } from '@flotilla/contracts'
import { freePort, type RunningRegistry, startRegistry, waitFor } from '@flotilla/dev'
import { SigningKeys } from '../signing-keys/index.js'
import { createTestApi, type TestApi, type TestUser } from '../testing/test-api.js'
import { createFleet as makeFleet, joinFleet, succeed } from '../testing/test-board.js'
import { RegistryTokens } from './index.js'

/** Against a real registry that trusts the control plane's certificate. */
describe('the registry', () => {
  let api: TestApi
  let registry: RunningRegistry
  let folder: string

  beforeAll(async () => {
    const port = await freePort()
    api = await createTestApi({ REGISTRY_URL: `http://127.0.0.1:${port}` })
    folder = await mkdtemp(join(tmpdir(), 'flotilla-registry-auth-'))
    const certificateFile = join(folder, 'certificates.pem')
    await writeFile(certificateFile, await api.app.get(SigningKeys).registryCertificates())
    const realm = `${api.url}/registry/v1/token`
    registry = await startRegistry({
      port,
      auth: { realm, service: 'flotilla-registry', issuer: 'flotilla', certificateFile },
    })
  })
  afterAll(async () => {
    await registry.stop()
    await api.close()
    await rm(folder, { recursive: true })
  })

  async function createFleet(user: TestUser): Promise<string> {
    return (await makeFleet(api, user)).id
  }

  /** The status with which the registry answers a pull (of tags) or a push (its first request). */
  async function attempt(what: 'pull' | 'push', fleetId: string, token: string): Promise<number> {
    const path = what === 'pull' ? 'manifests/none' : 'blobs/uploads/'
    const response = await fetch(`${registry.url}/v2/fleets/${fleetId}/${path}`, {
      method: what === 'pull' ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${token}` },
    })
    return response.status
  }

  /** As `docker login` and `docker pull` ask: basic credentials and one `scope` for each repository. */
  async function tokenFor(password: string | undefined, ...scopes: string[]): Promise<string> {
    const response = await requestToken(password, scopes)
    expect(response.status).toBe(200)
    return ((await response.json()) as { token: string }).token
  }

  function requestToken(password: string | undefined, scopes: string[] = [], username = 'anybody'): Promise<Response> {
    const query = new URLSearchParams({ service: 'flotilla-registry' })
    for (const scope of scopes) query.append('scope', scope)
    const basic = password !== undefined && `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    return fetch(`${api.url}/registry/v1/token?${query.toString()}`, {
      headers: { ...(basic && { Authorization: basic }) },
    })
  }

  // What the registry answers where the token is good: there is no such manifest; the upload may begin.
  const PULLED = 404
  const PUSHED = 202
  const REFUSED = 401

  it('sends whoever has no token to the token service', async () => {
    const response = await fetch(`${registry.url}/v2/`)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="${api.url}/registry/v1/token",service="flotilla-registry"`,
    )
  })

  it('lets a developer pull and push the images of own fleets', async () => {
    const user = await api.signUp('developer')
    const fleet = await createFleet(user)
    const token = await tokenFor(user.token, `repository:fleets/${fleet}:pull,push`)
    expect(await attempt('pull', fleet, token)).toBe(PULLED)
    expect(await attempt('push', fleet, token)).toBe(PUSHED)
  })

  it('lets an observer pull only', async () => {
    const admin = await api.signUp('admin')
    const fleet = await createFleet(admin)
    const observer = await api.signUp('observer', admin.organization)
    const token = await tokenFor(observer.token, `repository:fleets/${fleet}:pull,push`)
    expect(await attempt('pull', fleet, token)).toBe(PULLED)
    expect(await attempt('push', fleet, token)).toBe(REFUSED)
  })

  it('answers for several repositories at once, each by the rights in its own organization', async () => {
    const [mine, theirs] = [await api.signUp(), await api.signUp()]
    const [myFleet, theirFleet] = [await createFleet(mine), await createFleet(theirs)]
    const scopes = [myFleet, theirFleet, randomUUID()].map((id) => `repository:fleets/${id}:pull,push`)
    const [repeated, joined] = [await tokenFor(mine.token, ...scopes), await tokenFor(mine.token, scopes.join(' '))]
    for (const token of [repeated, joined]) {
      expect(await attempt('push', myFleet, token)).toBe(PUSHED)
      expect(await attempt('pull', theirFleet, token)).toBe(REFUSED)
      expect(await attempt('push', theirFleet, token)).toBe(REFUSED)
    }
  })

  it('gives nothing but fleets away: no other repository, no catalog', async () => {
    const user = await api.signUp()
    const token = await tokenFor(user.token, 'registry:catalog:*', 'repository:library/busybox:pull', 'nonsense')
    const headers = { Authorization: `Bearer ${token}` }
    expect((await fetch(`${registry.url}/v2/_catalog`, { headers })).status).toBe(REFUSED)
    expect((await fetch(`${registry.url}/v2/library/busybox/tags/list`, { headers })).status).toBe(REFUSED)
  })

  it('gives a token without any right to whoever comes without credentials', async () => {
    const fleet = await createFleet(await api.signUp())
    const token = await tokenFor(undefined, `repository:fleets/${fleet}:pull`)
    expect(await attempt('pull', fleet, token)).toBe(REFUSED)
  })

  it.each(['wrong', 'flt_wrong', ''])('refuses the credential %j', async (password) => {
    const response = await requestToken(password)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="flotilla"')
    expect(((await response.json()) as { code: string }).code).toBe('not-signed-in')
  })

  it('lets a build push to the repository of its fleet, and to no other', async () => {
    const user = await api.signUp()
    const [fleet, other] = [await createFleet(user), await createFleet(user)]
    const { token } = await api.app.get(RegistryTokens).forBuild({ id: randomUUID(), fleetId: fleet }, 60)
    expect(await attempt('push', fleet, token)).toBe(PUSHED)
    expect(await attempt('pull', other, token)).toBe(REFUSED)
    expect(await attempt('push', other, token)).toBe(REFUSED)
  })

  it('lets a device pull the images of its fleet, and push nothing', async () => {
    const user = await api.signUp()
    const [fleet, other] = [await createFleet(user), await createFleet(user)]
    const board = await joinFleet(api, user, fleet)
    const direct = (await succeed(await board.call('POST /device/v1/registry-token'))) as RegistryTokenResponse
    expect(direct.expiresInSeconds).toBeGreaterThan(60)
    const scope = `repository:fleets/${other}:pull,push`
    const asked = await requestToken(board.accessToken(), [scope], board.uuid)
    const { token: byChallenge } = (await succeed(asked)) as { token: string }
    for (const token of [direct.token, byChallenge]) {
      expect(await attempt('pull', fleet, token)).toBe(PULLED)
      expect(await attempt('push', fleet, token)).toBe(REFUSED)
      expect(await attempt('pull', other, token)).toBe(REFUSED)
      expect(await attempt('push', other, token)).toBe(REFUSED)
    }
  })

  it('lets a device that moved to another fleet pull there, and no longer here', async () => {
    const user = await api.signUp()
    const [fleet, other] = [await createFleet(user), await createFleet(user)]
    const board = await joinFleet(api, user, fleet)
    await succeed(await board.call('POST /device/v1/registry-token'))
    await succeed(await api.call(user, `PATCH /api/v1/devices/${board.deviceId}`, { fleetId: other }))
    const token = await waitFor(
      async () => {
        const { token } = (await succeed(await board.call('POST /device/v1/registry-token'))) as RegistryTokenResponse
        return (await attempt('pull', other, token)) === PULLED ? token : undefined
      },
      { what: 'the move is known' },
    )
    expect(await attempt('pull', fleet, token)).toBe(REFUSED)
  })

  it('refuses a board without its access token, or with that of another', async () => {
    const user = await api.signUp()
    const fleet = await createFleet(user)
    const [board, thief] = [await joinFleet(api, user, fleet), await joinFleet(api, user, fleet)]
    expect((await api.call(undefined, 'POST /device/v1/registry-token')).status).toBe(401)
    expect((await requestToken('nonsense', [], board.uuid)).status).toBe(401)
    expect((await requestToken(board.accessToken(), [], thief.uuid)).status).toBe(401)
  })

  it('refuses a token whose time is over', async () => {
    const user = await api.signUp()
    const fleet = await createFleet(user)
    // The registry allows a minute for clocks that differ.
    const { token } = await api.app.get(RegistryTokens).forBuild({ id: randomUUID(), fleetId: fleet }, -120)
    expect(await attempt('pull', fleet, token)).toBe(REFUSED)
  })
})
