import { describePlan, planActivity } from '@flotilla/reconcile'
import { z } from 'zod'
import type { Actions } from '../../actions/actions.js'
import type { DurableValue } from '../../durable-value.js'
import type { Core } from '../../part.js'
import { SUPERVISOR_VERSION } from '../../version.js'
import { answerOf } from '../answers.js'
import { bodyOf, json, LocalProblem, text, type Asked } from '../local-request.js'
import { prometheusText } from '../prometheus.js'
import type { Route } from '../route.js'

const MOST_TAGS = 50
const PowerSchema = z.object({ force: z.boolean().default(false), reason: z.string().max(500).optional() })
const HostnameSchema = z.object({
  hostname: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'not a hostname'),
})
const TagsSchema = z.record(z.string().min(1).max(128), z.string().max(1024).nullable())

export type Tags = DurableValue<Record<string, string>>

/** The board as a whole. Reading is every service's; changing it needs a token that reaches the board. */
export function deviceRoutes(core: Core, actions: Actions, tags: Tags): Route[] {
  const power = (kind: 'reboot' | 'shutdown') => async (asked: Asked) => {
    const { force, reason } = bodyOf(asked, PowerSchema)
    return answerOf(await actions.power(kind, force, reason ?? `${asked.caller.service} asked for it`), 202)
  }
  return [
    { method: 'GET', path: '/v1/health', access: 'open', handle: () => health(core) },
    { method: 'GET', path: '/v1/device', handle: () => json(200, deviceView(core)) },
    { method: 'GET', path: '/v1/device/tags', handle: () => json(200, tags.value) },
    { method: 'PATCH', path: '/v1/device/tags', handle: (asked) => patchTags(tags, bodyOf(asked, TagsSchema)) },
    { method: 'POST', path: '/v1/device/tags', handle: (asked) => patchTags(tags, bodyOf(asked, TagsSchema)) },
    { method: 'GET', path: '/v1/device/metrics', handle: (asked) => metrics(core, asked) },
    { method: 'POST', path: '/v1/device/reboot', access: 'device', handle: power('reboot') },
    { method: 'POST', path: '/v1/device/shutdown', access: 'device', handle: power('shutdown') },
    {
      method: 'POST',
      path: '/v1/device/hostname',
      access: 'device',
      handle: async (asked) => answerOf(await actions.setHostname(bodyOf(asked, HostnameSchema).hostname)),
    },
  ]
}

export function deviceView({ registration, identity, board, targets, host, clock }: Core) {
  const { status } = board
  return {
    id: registration.deviceId,
    uuid: identity.uuid,
    name: targets.target?.device.name ?? registration.deviceName,
    fleet: targets.target?.fleet.name,
    supervisorVersion: SUPERVISOR_VERSION,
    ...host.board(),
    host: host.facts(),
    generation: targets.target?.generation,
    clockKnown: clock.isKnown(),
    ...(status && {
      activity: planActivity(status.plan, status.current),
      explanation: describePlan(status.plan, status.at),
    }),
    engineError: board.engineError,
  }
}

/** Tags with the value null are taken away. Throws where there would be too many. */
export async function changeTags(tags: Tags, changes: Record<string, string | null>): Promise<void> {
  const merge = (before: Record<string, string>) =>
    Object.fromEntries(Object.entries({ ...before, ...changes }).filter((it): it is [string, string] => it[1] !== null))
  if (Object.keys(merge(tags.value)).length > MOST_TAGS) {
    throw new LocalProblem(409, 'too-many-tags', `A device carries at most ${MOST_TAGS} tags.`)
  }
  await tags.update(merge)
}

async function patchTags(tags: Tags, changes: Record<string, string | null>) {
  await changeTags(tags, changes)
  return json(200, tags.value)
}

function health({ board }: Core) {
  if (board.engineError === undefined) return text(200, 'OK')
  return text(503, 'The container engine does not answer.')
}

function metrics({ offers }: Core, { accept, query }: Asked) {
  const sample = offers.latestMetrics?.()
  if (!sample) throw new LocalProblem(503, 'unready', 'Nothing has been measured yet.')
  const isText = query.get('format') === 'prometheus' || /text\/plain|openmetrics/.test(accept)
  return isText ? text(200, prometheusText(sample)) : json(200, sample)
}
