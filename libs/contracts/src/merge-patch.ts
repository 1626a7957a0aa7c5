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
  // Maps, because a service may be called `constructor`, which every plain object seems to have.
  const before = presentMembers(base)
  const after = presentMembers(next)
  const patch = new Map<string, Json>()
  for (const key of before.keys()) if (!after.has(key)) patch.set(key, null)
  for (const [key, value] of after) {
    const change = diffMember(before.get(key), value)
    if (change !== undefined) patch.set(key, change)
  }
  return patch.size > 0 ? Object.fromEntries(patch) : undefined
}

function diffMember(before: Json | undefined, value: Json): Json | undefined {
  if (isObject(before) && isObject(value)) return diffMergePatch(before, value)
  return before !== undefined && canonicalJson(before) === canonicalJson(value) ? undefined : value
}

// Programs write absent members as undefined; JSON has no such thing.
function presentMembers(value: JsonObject): Map<string, Json> {
  const members: [string, Json | undefined][] = Object.entries(value)
  return new Map(members.filter((member): member is [string, Json] => member[1] !== undefined))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
