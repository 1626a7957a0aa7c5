import coerce from 'semver/functions/coerce.js'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'

/**
 * Whether a board's version is in a range as npm and balena write them: `>=14`, `^6.1.0 || 7.x`, `1.2 - 2`. Undefined: one of
 * the two is none. Of the version only the three numbers count: a kernel `6.1.0-rpi7` is no early form of 6.1.0.
 */
export function isInRange(version: string, range: string): boolean | undefined {
  const own = coerce(version)
  return own && validRange(range) !== null ? satisfies(own, range) : undefined
}
