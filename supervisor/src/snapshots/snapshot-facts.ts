import { UpdatePolicySchema, type Target, type UpdatePolicy } from '@flotilla/contracts'
import { labelOf, type CurrentVolume, type DeviceMemory } from '@flotilla/reconcile'

/** The target's; where there is no target, what holds where none says otherwise. */
export function policyOf(target: Target | undefined): UpdatePolicy {
  return target?.policy ?? UpdatePolicySchema.parse({})
}

export function reserveOf(target: Target | undefined): number {
  return policyOf(target).reserveBytes
}

/** Whose files the app's volumes hold: those of the last release that was well. */
export function releaseOf(memory: DeviceMemory, appId: string): string | undefined {
  return memory[appId]?.good?.release.id
}

/** Those of the device's volumes that the target marks for snapshots. */
export function markedVolumes(target: Target | undefined, volumes: readonly CurrentVolume[]): CurrentVolume[] {
  return volumes.filter(({ appId, key }) => {
    const spec = target?.apps.find((app) => app.id === appId)?.volumes[key]
    return spec !== undefined && labelOf(spec, 'snapshot') === 'true'
  })
}
