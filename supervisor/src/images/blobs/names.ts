const DIGEST = /^sha256:([0-9a-f]{64})$/

export type NameKind = 'whole' | 'part' | 'journal' | 'put'

/** The name of a blob's file. Digests come from documents: one that is none must not become a path. */
export function fileName(digest: string, kind: NameKind): string {
  const hex = DIGEST.exec(digest)?.[1]
  if (hex === undefined) throw new Error(`Not a digest: ${digest.slice(0, 100)}`)
  return kind === 'whole' ? hex : `${hex}.${kind}`
}

/** Undefined: none of the store's. */
export function parseName(name: string): { digest: string; kind: NameKind } | undefined {
  const [, hex, kind] = /^([0-9a-f]{64})(?:\.(part|journal|put))?$/.exec(name) ?? []
  if (hex === undefined) return undefined
  return { digest: `sha256:${hex}`, kind: (kind as NameKind | undefined) ?? 'whole' }
}
