import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Text that this control plane gives out and knows again without having kept it: JSON and a MAC over it. `purpose` is
 * part of the MAC, so that what was made for one end never passes at another.
 */
export function seal(key: Buffer, purpose: string, value: object): string {
  const payload = Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${payload}.${mac(key, purpose, payload).toString('base64url')}`
}

/** What was sealed; undefined where the text is not what `seal` gave. */
export function unseal(key: Buffer, purpose: string, text: string): unknown {
  const [payload = '', seal = '', ...more] = text.split('.')
  const given = Buffer.from(seal, 'base64url')
  const made = mac(key, purpose, payload)
  if (more.length > 0 || given.length !== made.length || !timingSafeEqual(given, made)) return undefined
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

function mac(key: Buffer, purpose: string, payload: string): Buffer {
  return createHmac('sha256', key).update(`${purpose}\n${payload}`).digest()
}
