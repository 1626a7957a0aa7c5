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

/** A point in time, RFC 3339 in UTC or with an offset. */
export const TimestampSchema = z.iso.datetime({ offset: true })
