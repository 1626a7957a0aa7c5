import type { Step } from './plan.js'

/** What a step does, as the beginning of a sentence: `Stopping web`. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'pull-image':
      return `Downloading the image of ${step.services.join(', ')}`
    case 'create-network':
      return `Creating network ${step.key}`
    case 'remove-network':
      return `Removing network ${step.name}`
    case 'create-volume':
      return `Creating volume ${step.key}`
    case 'create-container':
      return `Creating ${step.service}`
    case 'start-container':
      return `Starting ${step.service}`
    case 'stop-container':
      return `Stopping ${step.service}`
    case 'remove-container':
      return `Removing the former container of ${step.service}`
    case 'remove-image':
      return `Removing the unused image ${step.image}`
    case 'remove-volume':
      return `Removing volume ${step.key}`
    case 'begin-switch':
      return `Beginning the switch to release ${step.version}`
    case 'snapshot-volume':
      return `Taking a snapshot of volume ${step.key}`
    case 'restore-volume':
      return `Putting volume ${step.key} back to its snapshot`
    case 'remove-snapshot':
      return `Removing snapshot ${step.snapshotId}`
    case 'write-host-config':
      return `Writing ${Object.keys(step.changes).join(', ')} to config.txt`
    case 'set-hostname':
      return `Setting the hostname to ${step.hostname}`
    case 'replace-supervisor':
      return `Replacing the supervisor by version ${step.supervisor.version}`
    case 'restart-engine':
      return 'Restarting the engine'
    case 'reboot':
      return 'Restarting the board'
    case 'shutdown':
      return 'Shutting the board down'
  }
}

/** Whom a step concerns, in the members of a Wait. */
export function stepSubjects(step: Step): { subject: string; appId?: string; service?: string }[] {
  switch (step.kind) {
    case 'pull-image':
      return step.services.map((service) => ({ subject: service, appId: step.appId, service }))
    case 'create-container':
    case 'start-container':
    case 'stop-container':
    case 'remove-container':
      return [{ subject: step.service, appId: step.appId, service: step.service }]
    case 'create-network':
    case 'create-volume':
      return [{ subject: step.key, appId: step.appId }]
    case 'remove-network':
      return [{ subject: step.name, appId: step.appId }]
    case 'remove-image':
      return [{ subject: step.image }]
    case 'remove-volume':
    case 'snapshot-volume':
    case 'restore-volume':
      return [{ subject: step.key, appId: step.appId }]
    case 'begin-switch':
      return [{ subject: `release ${step.version}`, appId: step.appId }]
    case 'remove-snapshot':
      return [{ subject: step.snapshotId, appId: step.appId }]
    case 'write-host-config':
    case 'set-hostname':
    case 'reboot':
    case 'shutdown':
      return [{ subject: 'the board' }]
    case 'restart-engine':
      return [{ subject: 'the engine' }]
    case 'replace-supervisor':
      return [{ subject: 'the supervisor' }]
  }
}
