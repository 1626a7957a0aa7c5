/*
 * The two names under which the engine may have an image of Flotilla's. One that came through the image store has a tag
 * that says its digest, since an engine takes a digest for a name only from the registry that it pulled from; one that it
 * pulled from the fleet's registry by itself, as older supervisors had it do, has the digest.
 */

const TAG = /^sha256-([0-9a-f]{64})$/

/** repository@sha256:… → the repository and the tag that stands for that digest. */
export function tagOf(image: string): { repo: string; tag: string } {
  const at = image.lastIndexOf('@')
  return { repo: image.slice(0, at), tag: image.slice(at + 1).replace(':', '-') }
}

/** Under what the engine may have this image, the likelier one first. */
export function candidates(image: string): string[] {
  if (!image.includes('@')) return [image]
  const { repo, tag } = tagOf(image)
  return [`${repo}:${tag}`, image]
}

/** As repository@digest. */
export function namesOf(listed: { Id: string; RepoTags?: string[] | null; RepoDigests?: string[] | null }): string[] {
  const tagged = (listed.RepoTags ?? []).flatMap((reference) => asDigest(reference) ?? [])
  const repositories = new Set(tagged.map(repositoryOf))
  // The containerd store gives each tagged image the digest of the manifest that it has, which may be one of our own
  // making: no name of anything in the fleet's registry.
  const isMade = (name: string) => name.endsWith(`@${listed.Id}`) && repositories.has(repositoryOf(name))
  return [...new Set([...tagged, ...(listed.RepoDigests ?? []).filter((name) => !isMade(name) && isImage(name))])]
}

/** Undefined: a tag that says no digest. */
function asDigest(reference: string): string | undefined {
  const at = reference.lastIndexOf(':')
  const [, hex] = TAG.exec(reference.slice(at + 1)) ?? []
  return hex === undefined ? undefined : `${reference.slice(0, at)}@sha256:${hex}`
}

function repositoryOf(name: string): string {
  return name.slice(0, name.lastIndexOf('@'))
}

// An engine lists `<none>@<none>` for what has no name.
function isImage(name: string): boolean {
  return !name.startsWith('<none>')
}
