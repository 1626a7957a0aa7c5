import type { DeviceState } from '@flotilla/contracts'
import type { HostState } from '@flotilla/reconcile'
import type { StepHandlers } from '../execute/step-handlers.js'
import type { Core, Part } from '../part.js'
import type { Document } from '../ports.js'
import { AskedReboots } from './asked-reboots.js'
import type { HostControl, HostTime } from './host-control.js'
import { HostSettingsKeeper, type SettingsAtBoot } from './host-settings.js'
import type { StoredReboots } from './stored-reboots.js'

// So long may services take to stop before something is wrong.
const ENDING_MS = 300_000
const CLOCK_CHECK_MS = 10_000

export interface HostOptions {
  time: HostTime
  /** Absent: the machine is not the supervisor's to rename, set up or restart. */
  control?: HostControl
  document: Document<SettingsAtBoot>
  reboots: Document<StoredReboots>
}

type OfCore = Pick<Core, 'clock' | 'requests' | 'targets' | 'events' | 'log'>

/** The board itself: its time, its settings, and its end. */
export function hostPart({ time, control, document, reboots }: HostOptions): (core: OfCore) => Promise<Part> {
  return async (core) => {
    const settings = control && new HostSettingsKeeper(control, document)
    const asked = control && new AskedReboots(reboots, () => control.bootId())
    await asked?.load()
    const { clock, targets } = core
    // So that the first report does not say less than the last one did; what fails now is told by the first round.
    await settings?.look(targets.target?.config ?? {}).catch(() => undefined)
    return {
      sources: {
        localTime: () => clock.isKnown() && { timeZone: time.timeZone() },
        host: settings && (async () => withAsked(await settings.look(targets.target?.config ?? {}), asked)),
      },
      report: { host: () => hostReport(core, time, settings && withAsked(settings.state, asked)) },
      steps: control && settings && steps(core, control, settings),
      beforeCreate: asked && ((step) => asked.note(step)),
      loops: [(end) => learnTime(core, time, end)],
    }
  }
}

function hostReport({ clock }: OfCore, time: HostTime, state: HostState | undefined): NonNullable<DeviceState['host']> {
  const { hostname, needsReboot } = state ?? {}
  return { timeZone: time.timeZone(), clockKnown: clock.isKnown(), hostname, rebootNeeded: needsReboot }
}

function withAsked<S extends HostState | undefined>(state: S, asked: AskedReboots | undefined): S {
  const rebootFor = asked?.services() ?? []
  return state && rebootFor.length > 0 ? { ...state, needsReboot: true, rebootFor } : state
}

function steps(core: OfCore, control: HostControl, settings: HostSettingsKeeper): StepHandlers {
  const end =
    (kind: 'reboot' | 'shutdown') =>
    (step: { reason: string }, { signal }: { signal: AbortSignal }) =>
      endBoard(core, control, { kind, reason: step.reason, signal })
  return {
    'write-host-config': (step) => settings.write(step),
    'set-hostname': (step) => settings.rename(step),
    reboot: end('reboot'),
    shutdown: end('shutdown'),
  }
}

/** Forgets that it was asked for before it does it: what is asked for once must not happen at every start. */
async function endBoard(
  { requests, events, clock }: OfCore,
  control: HostControl,
  { kind, reason, signal }: { kind: 'reboot' | 'shutdown'; reason: string; signal: AbortSignal },
): Promise<void> {
  const asked = requests.requests.power
  await requests.edit(({ power: _done, ...others }) => others)
  await events.record('board-ends', { kind, reason })
  try {
    await control.end(kind)
  } catch (error) {
    await requests.edit((now) => (asked && !now.power ? { ...now, power: asked } : now))
    throw error
  }
  // The system now ends this process too; until then nothing new is begun.
  await clock.sleep(ENDING_MS, signal)
  if (!signal.aborted) throw new Error(`The board still runs ${ENDING_MS / 60_000} minutes after it was told to stop`)
}

/** A board without link may know the time all the same: by a battery, or from a time server in its own network. */
async function learnTime({ clock, log }: OfCore, time: HostTime, end: AbortSignal): Promise<void> {
  while (!end.aborted && !clock.isKnown()) {
    if (!time.isClockSet()) await clock.sleep(CLOCK_CHECK_MS, end)
    // It is known now, whether the disk takes it or not.
    else await clock.trustBoard().catch((error: unknown) => log.error('time could not be kept', { error }))
  }
}
