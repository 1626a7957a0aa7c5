import { createHash } from 'node:crypto'

/**
 * balena counts its apps, services and images; here they have uuids, names and digests. The same one always gives the
 * same positive number of 31 bits, on every device, so that it may be kept.
 */
export function numericId(name: string): number {
  const number = createHash('sha256').update(name).digest().readUInt32BE() >>> 1
  return number === 0 ? 1 : number
}

/** Whether `asked`, as it stands in a path or body, means the app of this uuid: its number or the uuid itself. */
export function isApp(asked: unknown, appId: string): boolean {
  const text = String(asked).toLowerCase()
  return text === String(numericId(appId)) || text.replaceAll('-', '') === appId.replaceAll('-', '')
}
