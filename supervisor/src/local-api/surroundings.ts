import type { ContainerSpec } from '@flotilla/reconcile'
import type { Core } from '../part.js'
import type { StepOf, Surroundings } from '../ports.js'
import { askedScope, type AccessTokens } from './access.js'

/** Below it are Flotilla's own routes; the others are those that apps for balena know. */
export const BASE_PATH = '/flotilla'

export interface Door {
  // Absent: the local API is switched off, or containers on bridges cannot reach this machine.
  host?: string
  port: number
}

/** Where a container finds the local API. */
export async function doorFor(
  core: Pick<Core, 'engine'>,
  port: number | undefined,
  spec: ContainerSpec,
): Promise<Door> {
  const { networkMode } = spec.config
  if (port === undefined || networkMode === 'none') return { port: 0 }
  if (networkMode === 'host') return { host: '127.0.0.1', port }
  return { host: await core.engine.hostAddress(), port }
}

/** What every service is told by its environment, and, where its labels ask for it, how to reach the local API. */
export function localEnvironment(
  { appId, service, spec }: StepOf<'create-container'>,
  door: Door,
  tokens: AccessTokens,
): Surroundings['environment'] {
  const scope = askedScope(spec.config)
  return {
    FLOTILLA_LOCK_PATH: '/tmp/flotilla/updates.lock',
    FLOTILLA_HANDOVER_COMPLETE_PATH: '/tmp/flotilla/handover-complete',
    ...(scope &&
      door.host !== undefined && {
        FLOTILLA_LOCAL_API_ADDRESS: `http://${door.host}:${door.port}${BASE_PATH}`,
        FLOTILLA_LOCAL_API_TOKEN: tokens.make({ appId, service, scope }),
      }),
  }
}
