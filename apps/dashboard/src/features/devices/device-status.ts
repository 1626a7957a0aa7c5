import type { DeviceView } from '@flotilla/contracts'
import type { Tone } from '../../components/status-badge.js'

export interface Status {
  tone: Tone
  label: string
  moving?: boolean
}

// An answer older than this says how things were, not how they are.
const TRUSTED_MS = 90_000

/** How a device is reached, as far as an answer that was read at `readAt` can tell now. */
export function connectivityStatus(device: Pick<DeviceView, 'connectivity'>, readAt: number, now: number): Status {
  if (device.connectivity === 'never') return { tone: 'idle', label: 'Never connected' }
  if (device.connectivity === 'offline') return { tone: 'warn', label: 'Offline' }
  return now - readAt > TRUSTED_MS ? { tone: 'idle', label: 'Was online' } : { tone: 'good', label: 'Online' }
}

const ACTIVITY: Record<NonNullable<DeviceView['activity']>, Status> = {
  settled: { tone: 'good', label: 'Settled' },
  updating: { tone: 'busy', label: 'Updating', moving: true },
  waiting: { tone: 'warn', label: 'Waiting' },
  failing: { tone: 'bad', label: 'Failing' },
}

/** Whether a device has given up the very release that it should run. */
export function hasGivenUp(device: Pick<DeviceView, 'rejected' | 'targetReleaseId'>): boolean {
  return device.rejected !== undefined && device.rejected.releaseId === device.targetReleaseId
}

type Acting = Pick<DeviceView, 'activity' | 'connectivity' | 'rejected' | 'targetReleaseId'>

/** What a device does; of one that is away, what it did last. */
export function activityStatus(device: Acting): Status {
  if (!device.activity) return { tone: 'idle', label: 'No report yet' }
  // It waits for another target: for somebody to do something.
  if (device.activity === 'waiting' && hasGivenUp(device)) return { tone: 'bad', label: 'Given up' }
  const status = ACTIVITY[device.activity]
  if (device.connectivity === 'online') return status
  return { tone: device.activity === 'failing' ? 'bad' : 'idle', label: `Was ${status.label.toLowerCase()}` }
}

export type ReleaseStanding = 'none' | 'current' | 'behind'

/** Where the running release stands against the target. */
export function releaseStanding(device: Pick<DeviceView, 'runningReleaseId' | 'targetReleaseId'>): ReleaseStanding {
  if (!device.targetReleaseId && !device.runningReleaseId) return 'none'
  return device.runningReleaseId === device.targetReleaseId ? 'current' : 'behind'
}

const SERVICE_TONES: Record<string, Tone> = {
  running: 'good',
  waiting: 'idle',
  created: 'idle',
  exited: 'idle',
  paused: 'warn',
  stopping: 'warn',
  restarting: 'warn',
  dead: 'bad',
}

/** The colour of a service's status; what is not known here is work of the supervisor. */
export function serviceTone(status: string): Tone {
  return SERVICE_TONES[status] ?? 'busy'
}
