import { z } from 'zod'

/** Names that appear in URLs and remotes: `acme`, `weather-station`. */
export const SlugSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'use lower-case letters, digits and inner hyphens')

/** A compose service name. */
export const ServiceNameSchema = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'use letters, digits, dots, underscores and hyphens')

/** The platforms that Flotilla builds for and that boards report, in OCI notation. */
export const PlatformSchema = z.enum(['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/arm/v6'])
export type Platform = z.infer<typeof PlatformSchema>

/** `sha256:` and 64 hex digits, as in OCI. */
export const DigestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'not a sha256 digest')

/** Environment variable names as POSIX shells accept them. */
export const VariableNameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and underscores, not starting with a digit')
  // Parsers of JSON drop it on the way to the board.
  .refine((name) => name !== '__proto__', 'use another name')

/** A point in time, RFC 3339 in UTC or with an offset. */
export const TimestampSchema = z.iso.datetime({ offset: true })

// Control characters, halves of characters, line ends, and what turns the direction of text around.
const NOT_PLAIN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u
const VISIBLE = /[^\p{C}\p{Z}]/u

/** A name that people give and read. It is shown in terminals and tables, so it is one line with something to see in it. */
export const DisplayNameSchema = z
  .string()
  .min(1)
  .max(128)
  .refine((name) => !NOT_PLAIN.test(name), 'use one line of plain text')
  .refine((name) => VISIBLE.test(name), 'use at least one visible character')

/** The name of a branch, by git's own rules (git-check-ref-format). */
export const BranchNameSchema = z
  .string()
  .min(1)
  .max(255)
  .refine(isBranchName, 'not the name of a branch in git, such as main or release/next')

function isBranchName(name: string): boolean {
  const isPart = (part: string) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock')
  const isForbidden = /[\p{Cc}\p{Cs} ~^:?*[\\]|\.\.|@\{|^-|^refs\/|^HEAD$|\.$/u.test(name)
  return !isForbidden && name.split('/').every(isPart)
}
