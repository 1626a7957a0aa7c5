/** record[key] where it is the record's own: services may be called `constructor`, and nothing keeps them from it. */
export function ownMember<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** Order of texts by code unit: the same on every device, whatever its locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
