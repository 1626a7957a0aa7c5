import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  BUNDLE_FORMAT,
  type Bundle,
  BundleSchema,
  type SignedBundle,
  SignedBundleSchema,
  SignedTargetSchema,
  type Target,
  TargetSchema,
} from '@flotilla/contracts'
import * as tar from 'tar-stream'
import type { z } from 'zod'
import { CommandError } from '../command-error.js'
import { EXIT } from '../exit-codes.js'
import { blobName, BUNDLE_ENTRY } from './bundle-file.js'

// Of a document, by the contract.
const LARGEST_DOCUMENT = 40 * 1024 * 1024

export interface BundleFile {
  signed: SignedBundle
  bundle: Bundle
  targets: Target[]
}

/** What a bundle says it holds: its first entry, of a file that need not be whole. */
export function readBundleHead(file: string): Promise<Pick<BundleFile, 'signed' | 'bundle'>> {
  return sayingDamage(file, async () => {
    for await (const entry of entriesOf(file)) return readBundleDocument(file, entry)
    throw damaged(file, 'it is empty')
  })
}

/**
 * Reads all of it: every target and blob that it names has to be there, and to be what its name says. Whether a board
 * trusts the keys that it is signed with, only the board can tell.
 */
export function readBundle(file: string, onBytes: (bytes: number) => void): Promise<BundleFile> {
  return sayingDamage(file, () => readAll(file, onBytes))
}

async function readAll(file: string, onBytes: (bytes: number) => void): Promise<BundleFile> {
  let head: Pick<BundleFile, 'signed' | 'bundle'> | undefined
  const targets: Target[] = []
  const missing = new Set<string>()
  for await (const entry of entriesOf(file, onBytes)) {
    const { name } = entry.header
    if (!head) {
      head = await readBundleDocument(file, entry)
      for (const { hardwareUuid } of head.bundle.targets) missing.add(`targets/${hardwareUuid}.json`)
      for (const { digest } of head.bundle.blobs) missing.add(blobName(digest))
      continue
    }
    if (!missing.delete(name)) throw damaged(file, `${name} does not belong there`)
    if (name.startsWith('targets/')) targets.push(await readTarget(file, entry))
    else await checkBlob(file, entry)
  }
  if (!head) throw damaged(file, 'it is empty')
  const [first] = missing
  if (first !== undefined) throw damaged(file, `${first} is missing`)
  return { ...head, targets }
}

type Entry = AsyncIterable<Uint8Array> & { header: tar.Header }

async function* entriesOf(file: string, onBytes: (bytes: number) => void = () => undefined): AsyncGenerator<Entry> {
  const extract = tar.extract()
  const source = createReadStream(file)
  source.on('data', (bytes) => onBytes(bytes.length))
  source.on('error', (error) => extract.destroy(error))
  source.pipe(extract)
  try {
    for await (const entry of extract) {
      if (entry.header.type !== 'file') throw damaged(file, `${entry.header.name} is no file`)
      yield entry as Entry
    }
  } finally {
    source.destroy()
  }
}

/** What the reader of tars finds wrong is said as it is; that a disk cannot be read is nothing that the file is to blame for. */
async function sayingDamage<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CommandError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error
    throw damaged(file, (error as Error).message, error)
  }
}

async function readBundleDocument(file: string, entry: Entry): Promise<Pick<BundleFile, 'signed' | 'bundle'>> {
  if (entry.header.name !== BUNDLE_ENTRY) throw damaged(file, `it does not begin with ${BUNDLE_ENTRY}`)
  const signed = parse(file, SignedBundleSchema, await textOf(file, entry))
  const { format } = JSON.parse(signed.payload) as { format?: unknown }
  if (typeof format === 'number' && format > BUNDLE_FORMAT) {
    throw new CommandError('bundle-too-new', EXIT.failure, `${file} is of a newer kind than this command knows.`)
  }
  return { signed, bundle: parse(file, BundleSchema, signed.payload) }
}

async function readTarget(file: string, entry: Entry): Promise<Target> {
  const { payload } = parse(file, SignedTargetSchema, await textOf(file, entry))
  return parse(file, TargetSchema, payload)
}

async function checkBlob(file: string, entry: Entry): Promise<void> {
  const hash = createHash('sha256')
  for await (const bytes of entry) hash.update(bytes)
  const { name } = entry.header
  if (name !== blobName(`sha256:${hash.digest('hex')}`)) throw damaged(file, `${name} is not what its name says`)
}

async function textOf(file: string, entry: Entry): Promise<string> {
  const { name, size } = entry.header
  if (size > LARGEST_DOCUMENT) throw damaged(file, `${name} is too large`)
  const pieces: Uint8Array[] = []
  for await (const bytes of entry) pieces.push(bytes)
  return Buffer.concat(pieces).toString()
}

function parse<T extends z.ZodType>(file: string, schema: T, text: string): z.infer<T> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw damaged(file, 'what it says of itself cannot be read', cause)
  }
}

function damaged(file: string, why: string, cause?: unknown): CommandError {
  return new CommandError('bundle-damaged', EXIT.failure, `${file} is no whole bundle: ${why}.`, {
    cause,
    hint: 'Make it again with: flotilla bundle create',
  })
}
