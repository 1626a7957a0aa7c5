import { createReadStream } from 'node:fs'
import { posix } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import dockerignore from '@balena/dockerignore'
import * as tar from 'tar-stream'
import { BuildFailure } from './build-failure.js'

const MAX_ENTRIES = 200_000
const MAX_BYTES = 8 * 1024 ** 3

/** What is known of a build context before it is sent. */
export interface ContextPlan {
  // Folder in the archive, '' for its root.
  folder: string
  // Path of the Dockerfile inside the context.
  dockerfile: string
  ignores: (path: string) => boolean
}

/**
 * Reads a source archive (tar.gz) once and makes sure that it is harmless and holds the Dockerfile. The archive is never
 * unpacked on this machine: the context is filtered out of it and streamed on to the engine.
 */
export async function planContext(archive: string, context: string, dockerfile: string): Promise<ContextPlan> {
  const folder = insideArchive(context)
  const place = (path: string) => posix.join(folder, path)
  const wanted = new Map([
    [place('.dockerignore'), ''],
    [place(`${dockerfile}.dockerignore`), ''],
  ])
  let found = false
  await readEntries(archive, async (header, content) => {
    if (header.path === place(dockerfile)) found = true
    if (wanted.has(header.path) && header.type === 'file') wanted.set(header.path, await text(content))
    else content.resume()
  })
  if (!found)
    throw new BuildFailure(
      'dockerfile-missing',
      `There is no ${place(dockerfile)} in the commit; add it, or correct build.dockerfile.`,
    )
  // Docker's rule: a file named after the Dockerfile wins over the general one.
  const patterns = wanted.get(place(`${dockerfile}.dockerignore`)) || wanted.get(place('.dockerignore')) || ''
  return { folder, dockerfile, ignores: ignoring(patterns, dockerfile) }
}

/** The context as an uncompressed tar, for the engine. */
export function openContext(archive: string, plan: ContextPlan): tar.Pack {
  const pack = tar.pack()
  const prefix = plan.folder === '' ? '' : `${plan.folder}/`
  readEntries(archive, async (header, content) => {
    const path = header.path.startsWith(prefix) ? header.path.slice(prefix.length) : ''
    if (path === '' || plan.ignores(path)) return void content.resume()
    const { linkname } = header
    const inner = { ...header, name: path, ...(header.type === 'link' && { linkname: linkname?.slice(prefix.length) }) }
    // tar-stream pads by itself and takes the size from the header alone.
    await pipeline(content, pack.entry(inner) as unknown as Writable)
  }).then(
    () => pack.finalize(),
    (error: Error) => pack.destroy(error),
  )
  return pack
}

type Entry = tar.Header & { path: string }
type Content = Readable & { header: tar.Header }

async function readEntries(archive: string, read: (entry: Entry, content: Content) => Promise<void>): Promise<void> {
  const extract = tar.extract()
  const done = pipeline(createReadStream(archive), createGunzip(), extract)
  // Whoever reads below sees the same error; without this it would also be an unhandled one.
  done.catch(() => undefined)
  let entries = 0
  let bytes = 0
  for await (const content of extract as unknown as AsyncIterable<Content>) {
    const header = content.header
    entries++
    bytes += header.size ?? 0
    refuseHarm(header)
    if (entries > MAX_ENTRIES)
      throw new BuildFailure(
        'source-too-large',
        `The source has more than ${MAX_ENTRIES} files; leave generated ones out of git.`,
      )
    if (bytes > MAX_BYTES)
      throw new BuildFailure(
        'source-too-large',
        `The source unpacks to more than ${MAX_BYTES / 1024 ** 3} GiB; leave large files out of git.`,
      )
    await read({ ...header, path: posix.normalize(header.name).replace(/\/$/, '') }, content)
  }
  await done
}

function refuseHarm({ name, type, linkname }: tar.Header): void {
  if (leavesRoot(name))
    throw new BuildFailure('source-unsafe', `The path ${JSON.stringify(name)} leads out of the source tree.`)
  if (type === 'link' && leavesRoot(linkname ?? '')) {
    throw new BuildFailure('source-unsafe', `The link ${JSON.stringify(name)} leads out of the source tree.`)
  }
  if (!['file', 'directory', 'symlink', 'link', 'pax-global-header', 'contiguous-file'].includes(type ?? 'file')) {
    throw new BuildFailure('source-unsafe', `${JSON.stringify(name)} is a ${type}, which a source cannot hold.`)
  }
}

function insideArchive(context: string): string {
  const folder = posix.normalize(context).replace(/\/$/, '')
  if (leavesRoot(folder))
    throw new BuildFailure('context-outside', `The build context ${context} is outside of the repository.`)
  return folder === '.' ? '' : folder
}

function leavesRoot(path: string): boolean {
  const normal = posix.normalize(path)
  return posix.isAbsolute(normal) || normal === '..' || normal.startsWith('../')
}

// The Dockerfile and the ignore file themselves always go along, as with docker build.
function ignoring(patterns: string, dockerfile: string): (path: string) => boolean {
  const rules = dockerignore.default({ ignorecase: false }).add(patterns)
  return (path) => path !== dockerfile && path !== '.dockerignore' && rules.ignores(path)
}
