import { canonicalJson } from '@flotilla/contracts'
import type { Step } from './plan.js'

/**
 * The key under which failures of a step are counted. It is the same each round for the same deed, and another one as
 * soon as a retry would do something else (another image, spec or container), so that a new target starts afresh.
 */
export function stepKey(step: Step): string {
  switch (step.kind) {
    case 'pull-image':
    case 'remove-image':
      return `${step.kind} ${step.image}`
    case 'create-network':
      return `${step.kind} ${step.name} ${step.specHash}`
    case 'create-volume':
      return `${step.kind} ${step.name}`
    case 'create-container':
      return createContainerKey(step.name, step.specHash)
    case 'start-container':
      return startContainerKey(step.id)
    case 'stop-container':
      return stopContainerKey(step.id)
    case 'remove-volume':
      return `${step.kind} ${step.name}`
    case 'begin-switch':
      return `${step.kind} ${step.appId} ${step.fingerprint}`
    case 'snapshot-volume':
      return snapshotVolumeKey(step.name, step.snapshotId)
    case 'restore-volume':
      return restoreVolumeKey(step.name, step.snapshotId)
    case 'remove-snapshot':
      return `${step.kind} ${step.snapshotId}`
    case 'write-host-config':
      return `${step.kind} ${canonicalJson(step.changes)}`
    case 'set-hostname':
      return `${step.kind} ${step.hostname}`
    case 'replace-supervisor':
      return `${step.kind} ${step.supervisor.version}`
    case 'restart-engine':
    case 'reboot':
    case 'shutdown':
      return step.kind
    case 'remove-network':
    case 'remove-container':
      return `${step.kind} ${step.id}`
  }
}

export function createContainerKey(name: string, specHash: string): string {
  return `create-container ${name} ${specHash}`
}

export function startContainerKey(id: string): string {
  return `start-container ${id}`
}

export function stopContainerKey(id: string): string {
  return `stop-container ${id}`
}

export function snapshotVolumeKey(name: string, snapshotId: string): string {
  return `snapshot-volume ${name} ${snapshotId}`
}

export function restoreVolumeKey(name: string, snapshotId: string): string {
  return `restore-volume ${name} ${snapshotId}`
}
