import { VolumeSpecSchema, type VolumeSpec } from '@flotilla/contracts'
import { usedVolumes } from '../container-spec.js'
import { volumeName } from '../engine-names.js'
import { byText, ownMember } from '../own-member.js'
import type { Step } from '../plan.js'
import { hasAllImages, type View } from '../view/view.js'

const DEFAULT_VOLUME: VolumeSpec = VolumeSpecSchema.parse({})

/** Missing volumes are created. None is ever removed or changed: what is in them is the user's. */
export function createVolumes(view: View): Step[] {
  if (!hasAllImages(view)) return []
  const present = new Set(view.current.volumes.map(({ name }) => name))
  return view.target.apps.flatMap((app) => {
    const keys = [...new Set(Object.values(app.services).flatMap(usedVolumes))].sort(byText)
    return keys
      .map((key) => ({
        kind: 'create-volume' as const,
        appId: app.id,
        key,
        name: volumeName(view.target.device.id, app.id, key),
        spec: ownMember(app.volumes, key) ?? DEFAULT_VOLUME,
      }))
      .filter(({ name }) => !present.has(name))
  })
}
