import { z } from 'zod'
import type { Actions } from '../../actions/actions.js'
import type { Core } from '../../part.js'
import { answerOf } from '../answers.js'
import { bodyOf, json, LocalProblem, type Asked } from '../local-request.js'
import type { Route } from '../route.js'

const CreateSchema = z.object({ volume: z.string().optional() })

/** Copies of the app's volumes. */
export function snapshotRoutes(core: Core, actions: Actions): Route[] {
  const over =
    (kind: 'restore-snapshot' | 'upload-snapshot' | 'remove-snapshot') =>
    async ({ caller, params }: Asked) =>
      answerOf(await actions.run({ kind, snapshotId: params.id ?? '' }, [caller.appId]), 202)
  return [
    {
      method: 'GET',
      path: '/v1/snapshots',
      handle: ({ caller }) => {
        const { snapshots } = core.offers
        if (!snapshots) throw new LocalProblem(501, 'unsupported', 'This device takes no snapshots.')
        return json(200, { snapshots: snapshots.list(caller.appId) })
      },
    },
    {
      method: 'POST',
      path: '/v1/snapshots',
      handle: async (asked) => {
        const { volume } = bodyOf(asked, CreateSchema)
        return answerOf(await actions.run({ kind: 'create-snapshot', volume }, [asked.caller.appId]), 201)
      },
    },
    { method: 'POST', path: '/v1/snapshots/:id/restore', handle: over('restore-snapshot') },
    { method: 'POST', path: '/v1/snapshots/:id/upload', handle: over('upload-snapshot') },
    { method: 'DELETE', path: '/v1/snapshots/:id', handle: over('remove-snapshot') },
  ]
}
