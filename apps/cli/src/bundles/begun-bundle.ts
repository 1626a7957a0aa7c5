import type { SignedBundle } from '@flotilla/contracts'
import { PartFile } from './part-file.js'
import { readBundleHead } from './read-bundle.js'

/** What an earlier run began, where only the time of its making tells it from this one; else this one. */
export async function bundleFor(file: string, made: SignedBundle): Promise<SignedBundle> {
  const begun = await readBundleHead(PartFile.pathFor(file)).catch(() => undefined)
  return begun && timeless(begun.signed) === timeless(made) ? begun.signed : made
}

function timeless({ payload }: SignedBundle): string {
  return JSON.stringify({ ...(JSON.parse(payload) as object), createdAt: undefined })
}
