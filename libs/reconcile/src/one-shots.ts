import type { ServiceSpec, TargetApp, TargetService } from '@flotilla/contracts'
import type { CurrentContainer } from './current-state.js'
import { isEndless } from './restart-policy.js'

// Killed from outside: SIGKILL (out of memory, too), SIGTERM, and what Docker writes down when it was gone itself.
const INTERRUPTED = [137, 143, 255]
// A one-shot that is killed each time must not be run all the time.
const REST_MS = 60_000

/**
 * A service whose completion another one waits for is a one-shot. Under `always` the engine would start it again for
 * ever, and the other would never start.
 */
export function effectiveRestart(app: TargetApp, name: string, service: TargetService): ServiceSpec['restart'] {
  return isAwaited(app, name) && isEndless(service.restart) ? { name: 'on-failure' } : service.restart
}

/**
 * Whether a one-shot that is not to be restarted was cut short, by a power cut say, while another service waits for its
 * completion. It is run again: the device would otherwise be stuck until somebody pushes a release.
 */
export function wasCutShort(app: TargetApp, name: string, container: CurrentContainer): boolean {
  return wasInterrupted(container) && isAwaited(app, name)
}

export function wasInterrupted({ status, exitCode }: CurrentContainer): boolean {
  return status === 'exited' && exitCode !== undefined && INTERRUPTED.includes(exitCode)
}

/** When one that was cut short may run again; undefined for now. */
export function restsUntil({ finishedAt }: CurrentContainer, now: number): number | undefined {
  // An end in the future was written by a clock that has been set back since.
  if (finishedAt === undefined || finishedAt > now || now - finishedAt >= REST_MS) return undefined
  return finishedAt + REST_MS
}

function isAwaited(app: TargetApp, name: string): boolean {
  return Object.values(app.services).some((other) =>
    Object.entries(other.dependsOn).some(
      ([on, dependency]) => on === name && dependency.condition === 'service_completed_successfully',
    ),
  )
}
