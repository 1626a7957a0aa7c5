import { VolumeSpecSchema, type VolumeSpec } from '@flotilla/contracts'
import { usedVolumes } from '../container-spec.js'
import type { CurrentVolume } from '../current-state.js'
import { volumeName } from '../engine-names.js'
import { byText, ownMember } from '../own-member.js'
import type { Plan, Step, Wait } from '../plan.js'
import { isSwitching, type View } from '../view/view.js'

const DEFAULT_VOLUME: VolumeSpec = VolumeSpecSchema.parse({})

/**
 * Missing volumes are created. None is ever changed, or removed because a release no longer has it: what is in them is
 * the user's.
 */
export function createVolumes(view: View): Step[] {
  // Also those that are to be emptied: they are made again once that is known to be done.
  const taken = new Set([...view.current.volumes, ...view.purges.now].map(({ name }) => name))
  const apps = view.target.apps.filter(({ id }) => isSwitching(view, id))
  return apps.flatMap((app) => {
    const keys = [...new Set(Object.values(app.services).flatMap(usedVolumes))].sort(byText)
    return keys
      .map((key) => ({
        kind: 'create-volume' as const,
        appId: app.id,
        key,
        name: volumeName(view.target.device.id, app.id, key),
        spec: ownMember(app.volumes, key) ?? DEFAULT_VOLUME,
      }))
      .filter(({ name }) => !taken.has(name))
  })
}

/**
 * Empties volumes where somebody asked for it: once nothing holds one any more, it goes, and is made again by the rule
 * above. The step is repeated until the request has gone, so a power cut in between empties nothing that is new.
 */
export function purgeVolumes(view: View): Plan {
  const free = view.purges.now.filter((volume) => !isHeld(view, volume))
  return {
    steps: free.map((volume) => removeVolume(volume, 'it is to be emptied')),
    waits: view.purges.later.map(waitForUpdate),
  }
}

/** What apps left behind that no longer belong on the device, where the policy says so. For a device at rest. */
export function removeFormerVolumes(view: View): Step[] {
  const { policy, apps, fleet } = view.target
  const isTried = [...view.progress.values()].some(({ standing }) => standing !== 'good')
  if (!policy.removeVolumesOfFormerApps || isTried) return []
  // A fleet that has no release now still has its data.
  const present = new Set([fleet.id, ...apps.map(({ id }) => id)])
  return view.current.volumes
    .filter((volume) => !present.has(volume.appId) && !isHeld(view, volume))
    .sort((a, b) => byText(a.name, b.name))
    .map((volume) => removeVolume(volume, 'its app no longer belongs on this device'))
}

function isHeld({ current }: View, { name }: CurrentVolume): boolean {
  return current.containers.some(({ volumes }) => volumes.includes(name))
}

function removeVolume({ name, appId, key }: CurrentVolume, reason: string): Step {
  return { kind: 'remove-volume', appId, key, name, reason }
}

function waitForUpdate({ appId, key }: CurrentVolume): Wait {
  return {
    subject: key,
    appId,
    for: 'confirmation',
    reason: `Volume ${key} is emptied when the update of its app is over.`,
  }
}
