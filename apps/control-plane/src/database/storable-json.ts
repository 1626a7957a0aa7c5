import type { Json } from '@flotilla/contracts'

const NOT_STORABLE = /[\0\uD800-\uDFFF]/

/** JSON as Postgres takes it: NUL and halves of characters, which crashing programs print, become U+FFFD. */
export function storableJson<T extends Json>(value: T): T {
  return map(value) as T
}

function map(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(map)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), map(inner)]))
}

export function storableText(text: string): string {
  if (!NOT_STORABLE.test(text)) return text
  return Buffer.from(text).toString().replaceAll('\0', '\uFFFD')
}
