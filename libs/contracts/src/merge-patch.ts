import { canonicalJson, type Json } from './canonical-json.js'

type JsonObject = { [key: string]: Json }

/** Applies a JSON merge patch (RFC 7396): members of the patch replace, null removes. The inputs stay as they are. */
export function applyMergePatch(base: Json, patch: Json): Json {
  if (!isObject(patch)) return patch
  const result = new Map(Object.entries(isObject(base) ? base : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, applyMergePatch(result.get(key) ?? null, value))
  }
  return Object.fromEntries(result)
}

/**
 * The smallest merge patch that turns `base` into `next`, or undefined where nothing differs. A merge patch cannot say
 * "set to null", so neither value may hold a null member.
 */
export function diffMergePatch(base: JsonObject, next: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {}
  for (const key of Object.keys(base)) if (!(key in next)) patch[key] = null
  for (const [key, value] of Object.entries(next)) {
    const before = base[key]
    if (isObject(before) && isObject(value)) {
      const inner = diffMergePatch(before, value)
      if (inner) patch[key] = inner
    } else if (canonicalJson(before) !== canonicalJson(value)) patch[key] = value
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
