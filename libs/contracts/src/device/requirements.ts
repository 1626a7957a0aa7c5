import coerce from 'semver/functions/coerce.js'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'

/*
 * What a service asks of its board by the labels `io.flotilla.features.requires.<what>`, in the words of balena's contracts.
 * Looked at when it is pushed and on each board: both must mean the same.
 */

/** Where the names of labels begin; those of balena, and of resin before it, mean the same as Flotilla's. */
export const LABEL_NAMESPACES = ['io.flotilla', 'io.balena', 'io.resin'] as const

const REQUIRES = LABEL_NAMESPACES.map((namespace) => `${namespace}.features.requires.`)
// Of these it is the version that counts; of others the name.
const VERSIONED = /^sw\.(?!container$)/

/** What this label says something about, `sw.linux`; undefined: it requires nothing. */
export function requirementOfLabel(label: string): string | undefined {
  const prefix = REQUIRES.find((it) => label.startsWith(it) && label.length > it.length)
  return prefix === undefined ? undefined : label.slice(prefix.length)
}

/** Whether boards have this in versions, and services ask for a range of them. */
export function hasVersions(what: string): boolean {
  return VERSIONED.test(what)
}

/** Whether a text is a range of versions as npm and balena write them: `>=14`, `^6.1.0 || 7.x`, `1.2 - 2`. */
export function isVersionRange(text: string): boolean {
  return validRange(text) !== null
}

/**
 * Whether a board's version is in the range; undefined: one of the two is none. Of the version only the three numbers count:
 * a kernel `6.1.0-rpi7` is no early form of 6.1.0.
 */
export function isInVersionRange(version: string, range: string): boolean | undefined {
  const own = coerce(version)
  return own && isVersionRange(range) ? satisfies(own, range) : undefined
}
