import { followEvents } from '@flotilla/api-client'
import type { BuildOutputLineView, BuildView } from '@flotilla/contracts'
import { queryOptions } from '@tanstack/react-query'
import { answer, api, connection } from './client.js'
import { keys } from './keys.js'
import type { LineSource } from './line-feed.js'

export const buildQuery = (id: string) =>
  queryOptions({
    queryKey: keys.builds.one(id),
    queryFn: ({ signal }): Promise<BuildView> =>
      answer(api.GET('/api/v1/builds/{id}', { params: { path: { id } }, signal })),
  })

export function cancelBuild(id: string): Promise<BuildView> {
  return answer(api.POST('/api/v1/builds/{id}/cancel', { params: { path: { id } } }))
}

/** Whether a build will not change any more. */
export function isOver(build: BuildView): boolean {
  return build.state !== 'queued' && build.state !== 'running'
}

/** The output of a build from its first line to its end. `onEnd` gets the build as it ended. */
export function buildOutputSource(id: string, onEnd: (build: BuildView) => void): LineSource<BuildOutputLineView> {
  return {
    // The stream begins with everything that was said so far.
    newest: () => Promise.resolve({ lines: [], hasOlder: false }),
    async *follow(after, signal) {
      const params = { path: { id }, query: { after } }
      const path = '/api/v1/builds/{id}/output/stream'
      for await (const { event, data } of followEvents(connection, path, { params, signal })) {
        if (event === 'line') yield data as BuildOutputLineView
        if (event === 'end') return onEnd(data as BuildView)
      }
    },
  }
}
