import type { Target } from '@flotilla/contracts'
import { usedVolumes } from '../container-spec.js'
import type { CurrentContainer, CurrentState, CurrentVolume } from '../current-state.js'
import { volumeName } from '../engine-names.js'
import { byText } from '../own-member.js'
import { standingOf } from './standing.js'

/** Volumes that somebody asked to be emptied: only this device's own are ever touched. */
export interface Purges {
  now: CurrentVolume[]
  // Of apps on their way from one release to another: what is removed meanwhile could not be made again.
  later: CurrentVolume[]
}

export function purgesOf(target: Target, current: CurrentState): Purges {
  const asked = new Set(current.requests?.purge)
  if (asked.size === 0) return { now: [], later: [] }
  // Also those that are gone already: the request itself is still to be cleared.
  const own = new Map([...current.volumes, ...wantedVolumes(target)].map((volume) => [volume.name, volume]))
  const volumes = [...own.values()].filter(({ name }) => asked.has(name)).sort((a, b) => byText(a.name, b.name))
  const isNow = ({ appId }: CurrentVolume) => {
    const app = target.apps.find(({ id }) => id === appId)
    return !app || standingOf(app, current) === 'good'
  }
  return { now: volumes.filter(isNow), later: volumes.filter((volume) => !isNow(volume)) }
}

/** What a container keeps from being emptied. */
export function purgedVolumeOf({ now }: Purges, container: CurrentContainer): CurrentVolume | undefined {
  return now.find(({ name }) => container.volumes.includes(name))
}

function wantedVolumes({ apps, device }: Target): CurrentVolume[] {
  return apps.flatMap((app) =>
    Object.values(app.services)
      .flatMap(usedVolumes)
      .map((key) => ({ name: volumeName(device.id, app.id, key), appId: app.id, key })),
  )
}
