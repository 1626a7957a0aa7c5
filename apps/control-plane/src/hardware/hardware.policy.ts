import { type RegisterRequest, registerStatement } from '@flotilla/contracts'
import { Problem } from '../http/problem.js'
import { isSignedBy } from './ed25519.js'
import type { Hardware } from './hardware.entity.js'

/** Throws unless whoever registers holds the private key of the board. */
export function requireProof(request: RegisterRequest): void {
  if (!isSignedBy(request.hardware.publicKey, registerStatement(request), request.signature)) {
    const sentence =
      'The signature does not fit the public key; sign registerStatement() with the private key of the board.'
    throw new Problem('registration-forged', 403, sentence)
  }
}

/** Throws where a uuid is taken by another key, or by a board that was replaced. */
export function requireSameBoard(known: Pick<Hardware, 'publicKey' | 'active'>, publicKey: string): void {
  if (known.publicKey !== publicKey) {
    const sentence = 'A board of this uuid is registered with another key; give this board a uuid of its own.'
    throw new Problem('hardware-key-differs', 409, sentence)
  }
  requireActive(known)
}

export function requireActive({ active }: Pick<Hardware, 'active'>): void {
  if (active) return
  throw new Problem(
    'hardware-retired',
    403,
    'Another board has taken the place of this one; give it a new uuid and key.',
  )
}
