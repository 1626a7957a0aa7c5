import type { Core } from '../part.js'
import type { StepOf } from '../ports.js'
import { askedScope, type AccessTokens } from '../local-api/access.js'
import type { Door } from '../local-api/surroundings.js'
import { balenaArchitecture, balenaDeviceType } from './device-type.js'
import { numericId } from './numeric-id.js'

const LOCK_PATH = '/tmp/balena/updates.lock'
const HAND_OVER_PATH = '/tmp/balena/handover-complete'

/** The variables that apps for balena expect, under its name and its former one. */
export function balenaEnvironment(
  core: Pick<Core, 'targets' | 'host' | 'identity' | 'registration'>,
  step: StepOf<'create-container'>,
  door: Door,
  tokens: AccessTokens,
): Record<string, string> {
  const facts = { ...appFacts(core, step), ...deviceFacts(core), ...doorFacts(step, door, tokens) }
  const named = Object.entries(facts).flatMap(([name, value]) => [
    [`BALENA_${name}`, value],
    [`RESIN_${name}`, value],
  ])
  return {
    ...(Object.fromEntries(named) as Record<string, string>),
    BALENA: '1',
    RESIN: '1',
    BALENA_SERVICE_HANDOVER_COMPLETE_PATH: HAND_OVER_PATH,
    RESIN_SERVICE_KILL_ME_PATH: HAND_OVER_PATH,
    // balena's containers all say so; one that is to run as another user must not be told lies.
    ...(step.spec.config.user === undefined && { USER: 'root' }),
  }
}

function appFacts({ targets }: Pick<Core, 'targets'>, { appId, service }: StepOf<'create-container'>) {
  const app = targets.target?.apps.find(({ id }) => id === appId)
  return {
    APP_ID: String(numericId(appId)),
    APP_UUID: appId.replaceAll('-', ''),
    APP_NAME: app?.name ?? '',
    APP_LOCK_PATH: LOCK_PATH,
    SERVICE_NAME: service,
  }
}

function deviceFacts({
  targets,
  host,
  identity,
  registration,
}: Pick<Core, 'targets' | 'host' | 'identity' | 'registration'>) {
  const board = host.board()
  return {
    DEVICE_UUID: identity.uuid,
    DEVICE_TYPE: balenaDeviceType(board),
    DEVICE_ARCH: balenaArchitecture(board.platform),
    DEVICE_NAME_AT_INIT: targets.target?.device.name ?? registration.deviceName,
    HOST_OS_VERSION: host.facts().os ?? '',
  }
}

function doorFacts({ appId, service, spec }: StepOf<'create-container'>, { host, port }: Door, tokens: AccessTokens) {
  const scope = askedScope(spec.config)
  if (!scope || host === undefined) return {}
  return {
    SUPERVISOR_ADDRESS: `http://${host}:${port}`,
    SUPERVISOR_HOST: host,
    SUPERVISOR_PORT: String(port),
    SUPERVISOR_API_KEY: tokens.make({ appId, service, scope }),
  }
}
