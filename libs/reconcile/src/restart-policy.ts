import type { ServiceSpec } from '@flotilla/contracts'
import type { CurrentContainer } from './current-state.js'

type RestartPolicy = ServiceSpec['restart']

/** Whether it has processes, or the engine is about to give it some. */
export function isLive(container: CurrentContainer): boolean {
  return container.status === 'running' || container.status === 'restarting' || container.status === 'paused'
}

/** Whether a service is meant to run for ever, however it ends. */
export function isEndless({ name }: RestartPolicy): boolean {
  return name === 'always' || name === 'unless-stopped'
}

/**
 * Whether it should run, and the engine will not see to it: the engine restarts what crashes, but neither what was
 * never started nor what could not be started or was stopped.
 */
export function needsStart(container: CurrentContainer, policy: RestartPolicy): boolean {
  if (container.status === 'created') return true
  if (container.status !== 'exited') return false
  switch (policy.name) {
    case 'always':
    case 'unless-stopped':
      return true
    case 'on-failure':
      return container.exitCode !== 0 && !hasGivenUp(container, policy)
    case 'no':
      return false
  }
}

// The engine reads a maximum of 0 as none. Without a count, it must be taken to have used up its tries: it would
// otherwise be started for ever.
function hasGivenUp(container: CurrentContainer, policy: RestartPolicy): boolean {
  if (!policy.maximumRetryCount) return false
  return container.restartCount === undefined || container.restartCount >= policy.maximumRetryCount
}
