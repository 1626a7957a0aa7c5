import type { Step } from '@flotilla/reconcile'
import type { StepFacts } from '../events.js'

/** What a step works on. Two steps on one thing never run at once. */
export function resourceOf(step: Step): string {
  switch (step.kind) {
    case 'pull-image':
    case 'remove-image':
      return `image ${step.image}`
    case 'create-network':
    case 'remove-network':
      return `network ${step.name}`
    case 'create-volume':
    case 'remove-volume':
    case 'snapshot-volume':
    case 'restore-volume':
      return `volume ${step.name}`
    case 'begin-switch':
      return `app ${step.appId}`
    case 'remove-snapshot':
      return `snapshot ${step.snapshotId}`
    case 'write-host-config':
    case 'set-hostname':
    case 'replace-supervisor':
    case 'restart-engine':
    case 'reboot':
    case 'shutdown':
      return 'host'
    case 'create-container':
    case 'start-container':
    case 'stop-container':
    case 'remove-container':
      return `service ${step.appId} ${step.service}`
  }
}

/** What the history says of a step; its spec may hold secrets and stays out. */
export function stepFacts(step: Step): StepFacts {
  return {
    step: step.kind,
    ...('appId' in step && { appId: step.appId }),
    ...('service' in step && { service: step.service }),
    ...('services' in step && { services: step.services }),
    ...('image' in step && { image: step.image }),
    ...('name' in step && { name: step.name }),
    ...('reason' in step && { reason: step.reason }),
  }
}
