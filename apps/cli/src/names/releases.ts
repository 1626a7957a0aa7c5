import { unwrap } from '@flotilla/api-client'
import type { BuildView, ReleaseView } from '@flotilla/contracts'
import { unwrapIfFound } from '../api/answer.js'
import type { Api } from '../api/connect.js'
import { usageError } from '../command-error.js'
import { findFleet } from './fleets.js'
import { isId, noSuch, only } from './only.js'

const CANDIDATES = 50
const IF_NONE = 'See those of a fleet with: flotilla release list organization/fleet'

/** The release that a version, a commit or an id means; versions repeat between fleets, so `fleetName` narrows. */
export async function findRelease(api: Api, name: string, fleetName?: string): Promise<ReleaseView> {
  if (isId(name)) {
    const release = await unwrapIfFound(api.GET('/api/v1/releases/{id}', { params: { path: { id: name } } }))
    if (release) return release
  }
  const fleet = fleetName === undefined ? undefined : (await findFleet(api, fleetName)).id
  return releaseIn(api, name, fleet)
}

export async function releaseIn(api: Api, name: string, fleet: string | undefined): Promise<ReleaseView> {
  const search = (by: { version: string } | { commit: string }) =>
    unwrap(api.GET('/api/v1/releases', { params: { query: { fleet, ...by, limit: CANDIDATES } } }))
  const { items: versions } = await search({ version: name })
  const found =
    versions.length > 0 || !/^[0-9a-f]{4,40}$/i.test(name) ? versions : (await search({ commit: name })).items
  return only(found, {
    kind: 'release',
    name,
    describe: (release) => `${release.version} (id ${release.id}, fleet ${release.fleetId})`,
    ifNone: IF_NONE,
    ifSeveral: 'Add --fleet organization/fleet, or give the id.',
  })
}

/** The build of an id, of a release, or the newest of the fleet. */
export async function findBuild(api: Api, name: string | undefined, fleetName?: string): Promise<BuildView> {
  if (name === undefined) return newestBuild(api, fleetName)
  if (isId(name)) {
    const build = await unwrapIfFound(api.GET('/api/v1/builds/{id}', { params: { path: { id: name } } }))
    if (build) return build
  }
  const { buildId, version } = await findRelease(api, name, fleetName)
  if (buildId === undefined) throw noSuch('build of release', version, IF_NONE)
  return unwrap(api.GET('/api/v1/builds/{id}', { params: { path: { id: buildId } } }))
}

async function newestBuild(api: Api, fleetName: string | undefined): Promise<BuildView> {
  if (fleetName === undefined) throw usageError('Say which build: its id or release, or --fleet for its newest.')
  const { id } = await findFleet(api, fleetName)
  const { items } = await unwrap(api.GET('/api/v1/builds', { params: { query: { fleet: id, limit: 1 } } }))
  const [newest] = items
  if (!newest) throw noSuch('build of fleet', fleetName, 'Make one with: flotilla push')
  return newest
}
