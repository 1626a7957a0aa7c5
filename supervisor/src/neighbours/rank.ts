import { createHash } from 'node:crypto'

/**
 * How many of the others go before this device in fetching a blob from far away: by the hash of both, so that all who see
 * each other agree without a word, and each blob has another first one.
 */
export function rankOf(self: string, others: readonly string[], digest: string): number {
  const own = weight(self, digest)
  return others.filter((other) => other !== self && weight(other, digest) > own).length
}

function weight(deviceId: string, digest: string): string {
  return createHash('sha256').update(`${deviceId}\n${digest}`).digest('hex')
}
