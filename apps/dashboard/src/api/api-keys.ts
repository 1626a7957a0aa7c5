import type { ApiKeySchema, CreateApiKey, Page } from '@flotilla/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { answer, api } from './client.js'
import { keys } from './keys.js'

export type ApiKeyView = z.infer<typeof ApiKeySchema>

export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: ({ signal }): Promise<Page<ApiKeyView>> =>
    answer(api.GET('/api/v1/api-keys', { params: { query: { limit: 200 } }, signal })),
})

export function createApiKey(key: CreateApiKey): Promise<ApiKeyView & { token: string }> {
  return answer(api.POST('/api/v1/api-keys', { body: key }))
}

export async function removeApiKey(id: string): Promise<void> {
  await answer(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id } } }))
}
