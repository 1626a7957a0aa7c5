import { createHash, randomBytes } from 'node:crypto'

/** What a token starts with says which kind it is; secret scanners know it by that, too. */
export const TOKEN_PREFIX = { session: 'fls_', apiKey: 'flt_' } as const

// Enough of a token to recognise it in a list, far too little to guess it.
const SHOWN_CHARACTERS = 8

export interface NewToken {
  token: string
  hash: Buffer
  shown: string
}

/** A new bearer token. Its 256 random bits need no slow hash: nobody can try them all. */
export function makeToken(kind: keyof typeof TOKEN_PREFIX): NewToken {
  const token = TOKEN_PREFIX[kind] + randomBytes(32).toString('base64url')
  return { token, hash: hashToken(token), shown: token.slice(0, SHOWN_CHARACTERS) }
}

/** Under which a token is stored. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
