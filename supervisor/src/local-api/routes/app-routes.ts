import type { TargetApp } from '@flotilla/contracts'
import { describePlan, describeStep, noteConfirmed, planActivity, type Plan } from '@flotilla/reconcile'
import { z } from 'zod'
import type { Actions } from '../../actions/actions.js'
import type { Core } from '../../part.js'
import { currentApps } from '../../report/device-state.js'
import type { Status } from '../../status-board.js'
import type { TakeOvers } from '../take-overs.js'
import { answerOf } from '../answers.js'
import { bodyOf, json, LocalProblem, type Asked } from '../local-request.js'
import type { Route } from '../route.js'

const ForceSchema = z.object({ force: z.boolean().default(false) })
const PurgeSchema = ForceSchema.extend({ volumes: z.array(z.string()).min(1).optional() })

/** What a service may ask of its own app. */
export function appRoutes(core: Core, actions: Actions, takeOvers: TakeOvers): Route[] {
  return [
    { method: 'GET', path: '/v1/app', handle: ({ caller }) => json(200, appView(core, caller.appId)) },
    { method: 'GET', path: '/v1/plan', handle: ({ caller }) => json(200, planView(statusOf(core), caller.appId)) },
    { method: 'POST', path: '/v1/update', handle: (asked) => update(actions, asked) },
    { method: 'POST', path: '/v1/confirm', handle: (asked) => confirm(core, asked) },
    { method: 'POST', path: '/v1/take-over', handle: (asked) => takeOver(core, takeOvers, asked) },
    { method: 'POST', path: '/v1/restart', handle: (asked) => overServices(actions, 'restart', asked) },
    {
      method: 'POST',
      path: '/v1/services/:service/restart',
      handle: (asked) => overServices(actions, 'restart', asked),
    },
    { method: 'POST', path: '/v1/services/:service/stop', handle: (asked) => overServices(actions, 'stop', asked) },
    {
      method: 'POST',
      path: '/v1/services/:service/start',
      handle: async ({ caller, params }) =>
        answerOf(await actions.services.start({ appId: caller.appId, service: params.service })),
    },
    {
      method: 'POST',
      path: '/v1/purge',
      handle: async (asked) => answerOf(await actions.purge(bodyOf(asked, PurgeSchema), asked.caller.appId), 202),
    },
  ]
}

export function statusOf({ board }: Pick<Core, 'board'>): Status {
  if (board.status) return board.status
  throw new LocalProblem(503, 'unready', 'The device has not looked at its containers yet; ask again in a moment.')
}

/** The state of an app as it is reported, and which release the target wants of it. */
export function appView(core: Pick<Core, 'board' | 'offers'>, appId: string) {
  const status = statusOf(core)
  const app = status.target.apps.find(({ id }) => id === appId)
  const snapshots = core.offers.snapshots?.list(appId)
  return {
    id: appId,
    name: app?.name,
    wanted: app && releaseView(app),
    ...currentApps(status)[appId],
    ...(snapshots && { snapshots }),
  }
}

export function planView(status: Status, appId: string) {
  const plan = planFor(status.plan, appId)
  return {
    activity: planActivity(plan, status.current),
    explanation: describePlan(plan, status.at),
    steps: plan.steps.map((step) => ({
      kind: step.kind,
      ...('service' in step && { service: step.service }),
      sentence: `${describeStep(step)}${'reason' in step ? `: ${step.reason}` : ''}.`,
    })),
    waits: plan.waits.map(({ subject, service, for: waitsFor, reason, until, error }) => ({
      ...{ subject, service, for: waitsFor, sentence: reason, error },
      ...(until !== undefined && { until: new Date(until).toISOString() }),
    })),
  }
}

// What concerns another app is none of its business; the board is everybody's.
function planFor({ steps, waits }: Plan, appId: string): Plan {
  const concerns = (it: object) => !('appId' in it) || it.appId === undefined || it.appId === appId
  return { steps: steps.filter(concerns), waits: waits.filter(concerns) }
}

function releaseView({ release }: TargetApp) {
  return { releaseId: release.id, version: release.version, commit: release.commit }
}

async function update(actions: Actions, asked: Asked) {
  const { force } = bodyOf(asked, ForceSchema)
  return answerOf(await actions.updateNow(force, [asked.caller.appId]), 202)
}

async function overServices(actions: Actions, deed: 'restart' | 'stop', asked: Asked) {
  const { force } = bodyOf(asked, ForceSchema)
  const { appId } = asked.caller
  return answerOf(await actions.services[deed]({ appId, service: asked.params.service, force }))
}

/** The service is well under this release; it is confirmed once all are and the time is over. */
async function confirm({ memory, lookWanted }: Core, { caller }: Asked) {
  const trial = memory.memory[caller.appId]?.trial
  if (!trial) return json(200, { detail: 'There is nothing to confirm: no release is on trial.' })
  if (!trial.isPermitted) {
    throw new LocalProblem(409, 'not-yet', `The switch to release ${trial.version} has not begun yet.`)
  }
  await memory.update((it) => noteConfirmed(it, caller))
  lookWanted.notify()
  return json(200, { detail: `${caller.service} has confirmed release ${trial.version}.`, releaseId: trial.releaseId })
}

async function takeOver(core: Core, takeOvers: TakeOvers, { caller }: Asked) {
  const containers = statusOf(core).current.containers.filter(
    (it) => it.appId === caller.appId && it.service === caller.service,
  )
  const [newest] = [...containers].sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))
  if (!newest) throw new LocalProblem(404, 'unknown', `There is no container of ${caller.service}.`)
  await takeOvers.note(newest.id, core.board.status?.current.containers ?? [])
  core.lookWanted.notify()
  return json(200, { detail: `${caller.service} has taken over.`, containerId: newest.id })
}
