import type { ApiKeyView } from '@flotilla/contracts'
import type { ApiKeyRow } from './api-keys.repository.js'

export function presentApiKey(key: Omit<ApiKeyRow, 'position'>): ApiKeyView {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    ...(key.role && { role: key.role }),
    createdAt: key.createdAt.toISOString(),
    ...(key.expiresAt && { expiresAt: key.expiresAt.toISOString() }),
    ...(key.lastUsedAt && { lastUsedAt: key.lastUsedAt.toISOString() }),
  }
}
