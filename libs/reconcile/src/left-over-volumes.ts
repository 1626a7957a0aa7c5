import type { Target, TargetApp } from '@flotilla/contracts'
import { usedVolumes } from './container-spec.js'
import type { CurrentState, CurrentVolume } from './current-state.js'
import { volumeName } from './engine-names.js'
import { byText, ownMember } from './own-member.js'

/**
 * Volumes of an app that nothing needs: neither its release in the target nor the one that the device would return to,
 * no container, running or not, and no snapshot. No plan ever removes them, since what is in them is the user's; this is
 * for who asks that they be. Undefined: the target does not have the app, so nobody can say what it needs.
 */
export function leftOverVolumes(
  target: Target,
  { containers, volumes, memory = {}, requests }: Pick<CurrentState, 'containers' | 'volumes' | 'memory' | 'requests'>,
  appId: string,
): CurrentVolume[] | undefined {
  const asked = target.apps.filter(({ id }) => id === appId)
  if (asked.length === 0) return undefined
  const { good, trial, restore } = ownMember(memory, appId) ?? {}
  const keys = [...asked, ...(good ? [good] : [])].flatMap(neededKeys)
  const needed = new Set([
    ...keys.map((key) => volumeName(target.device.id, appId, key)),
    ...containers.flatMap((container) => container.volumes),
    ...Object.keys(trial?.snapshots ?? {}),
    ...Object.keys(restore ?? {}),
    // It is about to be made anew.
    ...(requests?.purge ?? []),
  ])
  return volumes
    .filter((volume) => volume.appId === appId && !needed.has(volume.name))
    .sort((a, b) => byText(a.name, b.name))
}

// What is declared may be mounted again by the next release, and is kept as on balena.
function neededKeys({ services, volumes }: TargetApp): string[] {
  return [...Object.keys(volumes), ...Object.values(services).flatMap(usedVolumes)]
}
