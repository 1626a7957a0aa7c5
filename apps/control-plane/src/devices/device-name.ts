import { DisplayNameSchema } from '@flotilla/contracts'

const LONGEST = 128
const SUFFIXES = [4, 8, 32]

/**
 * Names to try for a new device, best first. Boards of one make all come with the same host name, so the second of
 * them gets some of its uuid behind it rather than a count that thousands would queue for.
 */
export function deviceNames(wished: string | undefined, uuid: string): string[] {
  // A board could do nothing about a refusal of its name.
  const name = DisplayNameSchema.safeParse(wished?.replaceAll('\0', '').trim()).data ?? 'device'
  const withSuffixes = SUFFIXES.map((length) => `${name.slice(0, LONGEST - 1 - length)}-${uuid.slice(0, length)}`)
  return wished === undefined ? withSuffixes : [name, ...withSuffixes]
}
