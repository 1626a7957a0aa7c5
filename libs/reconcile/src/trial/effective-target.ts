import type { Target, TargetApp } from '@flotilla/contracts'
import type { AppMemory, DeviceMemory, Trial } from '../memory.js'
import { ownMember } from '../own-member.js'
import { appFingerprint } from './app-fingerprint.js'

/**
 * What the device should run now: the target, with the last good release in the place of one that was given up. The way
 * back is thus nothing but a plan for another app.
 */
export function effectiveTarget(target: Target, memory: DeviceMemory | undefined): Target {
  if (!memory) return target
  return { ...target, apps: target.apps.map((app) => effectiveApp(app, ownMember(memory, app.id))) }
}

/** The trial that `app` is in, if it is; a release on its way back is in none. */
export function trialOf(memory: DeviceMemory | undefined, app: TargetApp): Trial | undefined {
  const trial = memory && ownMember(memory, app.id)?.trial
  return trial?.fingerprint === appFingerprint(app) ? trial : undefined
}

function effectiveApp(app: TargetApp, memory: AppMemory | undefined): TargetApp {
  if (!memory?.good) return app
  const isGivenUp = memory.rejected !== undefined && memory.rejected.fingerprint === appFingerprint(app)
  return isGivenUp || memory.isReturning ? memory.good : app
}
