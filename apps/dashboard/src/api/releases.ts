import type { Page, ReleaseDetailSchema, ReleaseQuery, ReleaseView, UpdateRelease } from '@flotilla/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { answer, api } from './client.js'
import { keys } from './keys.js'

export type ReleaseDetail = z.infer<typeof ReleaseDetailSchema>

export const releasesQuery = (filter: Pick<ReleaseQuery, 'fleet' | 'status'>) =>
  infiniteQueryOptions({
    queryKey: keys.releases.list(filter),
    queryFn: ({ pageParam, signal }): Promise<Page<ReleaseView>> =>
      answer(api.GET('/api/v1/releases', { params: { query: { ...filter, limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  })

export const releaseQuery = (id: string) =>
  queryOptions({
    queryKey: keys.releases.one(id),
    queryFn: ({ signal }): Promise<ReleaseDetail> =>
      answer(api.GET('/api/v1/releases/{id}', { params: { path: { id } }, signal })),
  })

export function updateRelease(id: string, change: UpdateRelease): Promise<ReleaseDetail> {
  return answer(api.PATCH('/api/v1/releases/{id}', { params: { path: { id } }, body: change }))
}
