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
