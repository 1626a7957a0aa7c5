import type { HostState } from '../current-state.js'
import { byText, ownMember } from '../own-member.js'
import type { Plan, Step, Wait } from '../plan.js'
import { EMPTY_PLAN, mergePlans, planSteps, planWaits } from '../plans.js'
import { trialOf } from '../trial/effective-target.js'
import type { View } from '../view/view.js'
import { holdBack } from './back-off.js'
import { lockWait, locksOn } from './locks.js'
import { listText } from './sentences.js'
import { windowWait } from './windows.js'

const CONFIG_PREFIX = 'HOST_CONFIG_'
const HOSTNAME = 'FLOTILLA_HOST_HOSTNAME'
const BOARD = { subject: 'the board' }
const SETTINGS = 'changed settings of the board take effect with it'

/**
 * What the board itself still needs: its settings, its supervisor, and at the very end one restart for all of them.
 * None of it in the middle of a switch or of a release's trial, whose outcome it would blur. `plan` is for the apps.
 */
export function planHost(view: View, plan: Plan): Plan {
  const { host } = view.current
  if (!host || isTrying(view)) return EMPTY_PLAN
  // What failed a short time ago holds up nothing that comes after it.
  const settings = holdBack(view, planSteps(...writeConfig(view, host), ...setHostname(view, host)))
  if (settings.steps.length > 0 || !isAtRest(view, plan)) return settings
  const replacement = holdBack(view, planSteps(...replaceSupervisor(view, host)))
  const own = mergePlans([settings, replacement])
  if (replacement.steps.length > 0 || !host.needsReboot) return own
  return mergePlans([own, rebootAtTheEnd(view, host)])
}

/**
 * A restart or shutdown that somebody asked for: as soon as no container is being changed, and alone, so that nothing
 * is begun that it would cut short. Without force, locks on what runs hold it up.
 */
export function planPower(view: View, plan: Plan): Plan {
  const power = view.current.requests?.power
  if (!power) return plan
  const { kind, force, reason } = power
  const what = kind === 'reboot' ? 'Restarting the board' : 'Shutting the board down'
  const locks = force
    ? []
    : locksOn(view, view.current.containers).map((lock) => ({ ...lockWait(lock, what), ...BOARD }))
  if (locks.length > 0) return mergePlans([plan, planWaits(...locks)])
  if (!force && plan.steps.some(isNeedingTheBoard)) return mergePlans([plan, planWaits(waitForSteps(what))])
  return { steps: [{ kind, reason }], waits: plan.waits }
}

/** Downloads go on after a restart, and what is only left over can be cleared away later. */
export function isNeedingTheBoard({ kind }: Step): boolean {
  return kind !== 'pull-image' && kind !== 'remove-image' && kind !== 'remove-snapshot'
}

function waitForSteps(what: string): Wait {
  return { ...BOARD, for: 'stop', reason: `${what} waits until the containers have changed.` }
}

// A first release that has failed rests until it is tried again: it may fail for want of these very settings.
function isTrying(view: View): boolean {
  return view.target.apps.some((app) => {
    const standing = view.progress.get(app.id)?.standing
    if (standing === 'going-back') return true
    return standing === 'permitted' && trialOf(view.current.memory, app)?.retryAt === undefined
  })
}

// What waits for its window, a lock or room is no reason to leave a board with a supervisor that is to be replaced.
function isAtRest({ current }: View, plan: Plan): boolean {
  return plan.steps.length === 0 && current.downloading.length === 0
}

function writeConfig({ target }: View, { config }: HostState): Step[] {
  if (!config) return []
  const asked = Object.entries(target.config)
    .filter(([name]) => name.startsWith(CONFIG_PREFIX) && name.length > CONFIG_PREFIX.length)
    .map(([name, value]) => [name.slice(CONFIG_PREFIX.length), value] as const)
  const wanted = Object.fromEntries(asked)
  const gone = Object.keys(config).filter((name) => !Object.hasOwn(wanted, name))
  const changes = [
    ...asked.filter(([name, value]) => ownMember(config, name) !== value),
    ...gone.map((name) => [name, null] as const),
  ].sort(([a], [b]) => byText(a, b))
  if (changes.length === 0) return []
  const names = changes.map(([name]) => name).join(', ')
  return [
    {
      kind: 'write-host-config',
      changes: Object.fromEntries(changes),
      reason: `the target has other values of ${names}`,
    },
  ]
}

function setHostname({ target }: View, { hostname }: HostState): Step[] {
  const wanted = ownMember(target.config, HOSTNAME)?.trim()
  if (!wanted || wanted === hostname) return []
  return [{ kind: 'set-hostname', hostname: wanted }]
}

function replaceSupervisor({ target }: View, { supervisor }: HostState): Step[] {
  const wanted = target.supervisor
  const by = supervisor?.replaceableBy
  if (!wanted || !supervisor || !by || wanted.version === supervisor.version || !wanted[by]) return []
  return [{ kind: 'replace-supervisor', supervisor: wanted, by }]
}

function rebootAtTheEnd(view: View, { rebootFor = [] }: HostState): Plan {
  const services = listText(rebootFor)
  const what = `Restarting the board ${services ? `after the update of ${services}` : 'for its changed settings'}`
  const window = windowWait(view, 'switch', what)
  const locks = locksOn(view, view.current.containers).map((lock) => lockWait(lock, what))
  const waits = [...(window ? [window] : []), ...locks].map((wait) => ({ ...wait, ...BOARD }))
  if (waits.length > 0) return planWaits(...waits)
  const reason = services ? `it was asked for after the update of ${services}` : SETTINGS
  return planSteps({ kind: 'reboot', reason })
}
