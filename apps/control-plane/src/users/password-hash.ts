import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/*
 * Passwords are kept as scrypt hashes in the PHC string form `$scrypt$ln=15,r=8,p=3$salt$hash`, which names its own
 * costs: they can grow later without a migration. The costs are OWASP's for 32 MiB a hash.
 */
const COST = { ln: 15, r: 8, p: 3 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return phc(salt, await derive(normalized(password), salt, HASH_BYTES, options(COST)))
}

/** Also false for a hash that is not in PHC form: such a user has no password. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parse(hash)
  if (!parsed) return false
  const actual = await derive(normalized(password), parsed.salt, parsed.hash.length, options(parsed.cost))
  return timingSafeEqual(actual, parsed.hash)
}

/** Whether a hash was made with other costs than new ones are. */
export function isOutdatedHash(hash: string): boolean {
  const cost = parse(hash)?.cost
  return cost === undefined || cost.ln !== COST.ln || cost.r !== COST.r || cost.p !== COST.p
}

/** A hash that no password has, for taking the same time where there is no user. */
export function impossibleHash(): string {
  return phc(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
}

function phc(salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${base64(salt)}$${base64(hash)}`
}

function parse(hash: string) {
  const [, ln, r, p, salt, digest] = PHC.exec(hash) ?? []
  if (salt === undefined || digest === undefined) return undefined
  return {
    cost: { ln: Number(ln), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(digest, 'base64'),
  }
}

function options({ ln, r, p }: typeof COST): ScryptOptions {
  const N = 2 ** ln
  return { N, r, p, maxmem: 256 * N * r }
}

// The same password may come as different code points from different keyboards.
function normalized(password: string): string {
  return password.normalize('NFKC')
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
