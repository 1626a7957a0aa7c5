import { canonicalJson } from '@flotilla/contracts'

/**
 * 14 hex digits that are equal for equal JSON values, whatever the order of their keys. It is cyrb53 (public domain, by
 * bryc) over canonicalJson: not cryptographic, which is enough where only successive specs of one service are compared.
 * It is written in labels of running containers, so its form can never change without restarting all of them.
 */
export function fingerprint(value: unknown): string {
  const text = canonicalJson(value)
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  const mixedHigh = mix(high, low)
  const mixedLow = mix(low, mixedHigh)
  return ((mixedLow & 0x1fffff) * 0x100000000 + (mixedHigh >>> 0)).toString(16).padStart(14, '0')
}

function mix(value: number, other: number): number {
  const once = Math.imul(value ^ (value >>> 16), 2246822507)
  return once ^ Math.imul(other ^ (other >>> 13), 3266489909)
}
