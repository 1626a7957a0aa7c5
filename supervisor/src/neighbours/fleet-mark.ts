import { createHmac } from 'node:crypto'

/** What devices of a fleet know each other by on the network: it tells strangers nothing, not even which fleet it is. */
export function fleetMark(key: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url')).update('flotilla-neighbours-v1').digest('hex').slice(0, 32)
}
