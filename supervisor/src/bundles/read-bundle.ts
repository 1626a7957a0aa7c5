import {
  BUNDLE_FORMAT,
  BundleSchema,
  bundleStatement,
  SignedBundleSchema,
  SignedTargetSchema,
  type Bundle,
  type BundleBlob,
  type SignedTarget,
  type Target,
} from '@flotilla/contracts'
import { z } from 'zod'
import { isSignedBy } from '../identity.js'
import { parseJson } from '../parse-json.js'
import type { Registration } from '../stored.js'
import { TargetRefused } from '../target/verify-target.js'
import { BundleRefused } from './bundle-refused.js'
import type { BundleFile } from './ports.js'
import { TarWalk, type TarEntry } from './tar-walk.js'

/** What a board believes of bundles. */
export interface BundleTrust {
  keys: Registration['targetKeys']
  hardwareUuid: string
  // Of the target in force, or where the board registered.
  fleetId: string
  /** Throws TargetRefused. */
  verifyTarget: (signed: SignedTarget) => Target
}

/** What a bundle says and brings to this board, checked. */
export interface BundleHead {
  bundle: Bundle
  // Of bundle.json.
  signature: string
  signed: SignedTarget
  target: Target
}

/** Where in the file a blob lies. */
export interface HeldBlob extends BundleBlob {
  position: number
}

// For a thousand boards and ten thousand blobs it takes 2 MB. Anybody on a local network may have sent it, and all of it
// has to be in a small board's memory before it is known whose it is.
const LONGEST_DESCRIPTION_BYTES = 6 * 1024 * 1024
// The longest ones that the contract knows, as JSON in JSON; of those that are listed in a signed description.
const LONGEST_TARGET_BYTES = 10 * 1024 * 1024
const TARGET_NAME = /^targets\/([0-9a-f]{32})\.json$/
const FormatSchema = z.object({ format: z.int() })

/** The description and this board's target. Throws BundleRefused, and reads no further than it has to. */
export async function readHead(file: BundleFile, trust: BundleTrust, signal: AbortSignal): Promise<BundleHead> {
  return new BundleReader(file, trust, signal).head()
}

/** The same, and where all blobs lie. */
export async function readBundle(
  file: BundleFile,
  trust: BundleTrust,
  signal: AbortSignal,
): Promise<BundleHead & { blobs: HeldBlob[] }> {
  const reader = new BundleReader(file, trust, signal)
  const head = await reader.head()
  return { ...head, blobs: await reader.blobs(head.bundle) }
}

class BundleReader {
  private readonly walk: TarWalk
  // By hardware uuid: of whom a target has been passed.
  private readonly passed = new Set<string>()
  private ahead?: TarEntry

  constructor(
    file: BundleFile,
    private readonly trust: BundleTrust,
    signal: AbortSignal,
  ) {
    this.walk = new TarWalk(file, signal)
  }

  async head(): Promise<BundleHead> {
    const { bundle, signature } = await this.description()
    const { hardwareUuid } = this.trust
    if (!bundle.targets.some((it) => it.hardwareUuid === hardwareUuid)) throw notForThisBoard(bundle, this.trust)
    for (;;) {
      const entry = await this.nextTarget(bundle)
      if (!entry) throw incomplete('The target of this board is not in it.')
      if (entry.hardwareUuid === hardwareUuid) {
        return { bundle, signature, ...this.target(await this.walk.content(entry), bundle) }
      }
    }
  }

  /** After the head: exactly what the description lists, in its order. */
  async blobs({ blobs, ...bundle }: Bundle): Promise<HeldBlob[]> {
    while (await this.nextTarget(bundle)) continue
    if (this.passed.size < new Set(bundle.targets.map((it) => it.hardwareUuid)).size) {
      throw incomplete('Targets that it should have are not in it.')
    }
    const held: HeldBlob[] = []
    for (const blob of blobs) {
      const entry = await this.next()
      const isIt = entry?.name === `blobs/${blob.digest.replace(':', '/')}` && entry.sizeBytes === blob.sizeBytes
      if (!isIt) throw incomplete(`It should go on with blob ${blob.digest}, and does not.`)
      held.push({ ...blob, position: entry.position })
    }
    if (await this.next()) throw incomplete('There is more in it than it should have.')
    if (new Set(blobs.map(({ digest }) => digest)).size < blobs.length) throw incomplete('A blob is in it twice.')
    return held
  }

  private async description(): Promise<{ bundle: Bundle; signature: string }> {
    const entry = await this.next()
    if (entry?.name !== 'bundle.json' || entry.sizeBytes > LONGEST_DESCRIPTION_BYTES) {
      throw new BundleRefused('not-a-bundle', 'The file is no bundle of Flotilla.')
    }
    const signed = SignedBundleSchema.safeParse(parseJson((await this.walk.content(entry)).toString()))
    if (!signed.success) throw new BundleRefused('not-a-bundle', 'What it says of itself is not understood.')
    const { payload, keyId, signature } = signed.data
    const key = this.trust.keys.find(({ id }) => id === keyId)
    if (!key) throw new BundleRefused('unknown-key', 'It is signed with a key that was not pinned at registration.')
    if (!isSignedBy(key.publicKey, bundleStatement(payload), signature)) {
      throw new BundleRefused('bad-signature', 'Its signature does not fit its content.')
    }
    return { bundle: openDescription(parseJson(payload)), signature }
  }

  /** Undefined: there are no more. */
  private async nextTarget({ targets }: Pick<Bundle, 'targets'>) {
    const entry = await this.next()
    const [, hardwareUuid] = TARGET_NAME.exec(entry?.name ?? '') ?? []
    if (!entry || hardwareUuid === undefined) {
      this.ahead = entry
      return undefined
    }
    const isListed = targets.some((it) => it.hardwareUuid === hardwareUuid)
    if (!isListed || this.passed.has(hardwareUuid) || entry.sizeBytes > LONGEST_TARGET_BYTES) {
      throw incomplete(`${entry.name} is in it twice, is too long, or should not be there.`)
    }
    this.passed.add(hardwareUuid)
    return { ...entry, hardwareUuid }
  }

  private async next(): Promise<TarEntry | undefined> {
    const { ahead } = this
    this.ahead = undefined
    return ahead ?? this.walk.next()
  }

  private target(content: Buffer, bundle: Bundle): Pick<BundleHead, 'signed' | 'target'> {
    const signed = SignedTargetSchema.safeParse(parseJson(content.toString()))
    if (!signed.success) throw incomplete('The target of this board is not understood.')
    const target = this.verified(signed.data)
    if (target.fleet.id !== bundle.fleet.id || !target.apps.some(({ release }) => release.id === bundle.release.id)) {
      throw incomplete(`The target of this board is for something else than release ${bundle.release.version}.`)
    }
    return { signed: signed.data, target }
  }

  private verified(signed: SignedTarget): Target {
    try {
      return this.trust.verifyTarget(signed)
    } catch (error) {
      if (!(error instanceof TargetRefused)) throw error
      throw new BundleRefused(error.code, `The target of this board in it is refused: ${error.message}`)
    }
  }
}

function openDescription(payload: unknown): Bundle {
  const format = FormatSchema.safeParse(payload).data?.format
  if (format !== undefined && format !== BUNDLE_FORMAT) {
    throw new BundleRefused('unknown-format', `It is of format ${format}; this supervisor knows ${BUNDLE_FORMAT}.`)
  }
  const bundle = BundleSchema.safeParse(payload)
  if (bundle.success) return bundle.data
  const { path, message } = bundle.error.issues[0] ?? { path: [], message: 'not JSON' }
  throw new BundleRefused('malformed', `What it says is not understood at /${path.join('/')}: ${message}.`)
}

function notForThisBoard({ fleet, targets }: Bundle, { fleetId }: BundleTrust): BundleRefused {
  if (fleet.id !== fleetId) {
    return new BundleRefused('other-fleet', `It is for fleet ${fleet.name}, which this board is not in.`)
  }
  const boards = targets.length === 1 ? (targets[0]?.name ?? '') : `${targets.length} other boards`
  return new BundleRefused('not-for-this-board', `It is for ${boards}, and has nothing for this board.`)
}

function incomplete(reason: string): BundleRefused {
  return new BundleRefused('incomplete', reason)
}
