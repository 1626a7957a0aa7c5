import { beforeEach, describe, expect, it } from '@jest/globals'
import { DEVICE_PROTOCOL, type TargetInput } from '@flotilla/contracts'
import fc from 'fast-check'
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { rawPublicKey } from '../identity.js'
import { verifyTarget } from '../target/verify-target.js'
import {
  bundleEntries,
  describeBundle,
  MemoryBundle,
  signTarget,
  tarHeader,
  tarOf,
  withChecksum,
  type BundleContent,
} from '../testing/bundle-files.js'
import { app, fakeImage, service } from '../testing/targets.js'
import { BundleRefused } from './bundle-refused.js'
import { readBundle, type BundleTrust } from './read-bundle.js'

const KEY = { id: 'key', ...generateKeyPairSync('ed25519') }
const STRANGER = { id: 'key', ...generateKeyPairSync('ed25519') }
const HARDWARE = 'a'.repeat(32)
const NEIGHBOUR = 'b'.repeat(32)
const FLEET = '3f0b7c52-8a54-4a0e-9c1b-0000000000ff'
const DEVICE = '3f0b7c52-8a54-4a0e-9c1b-0000000000d1'
// What a board reads of a file that is no bundle.
const MOST_BYTES = 256 * 1024

type Entries = ReturnType<typeof bundleEntries>

describe('a bundle file', () => {
  let content: BundleContent
  let trust: BundleTrust
  beforeEach(() => {
    const registration = {
      ...{ deviceId: DEVICE, deviceName: 'porch', fleetId: FLEET },
      targetKeys: [{ id: KEY.id, publicKey: rawPublicKey(createPublicKey(KEY.privateKey)) }],
    }
    trust = {
      ...{ keys: registration.targetKeys, hardwareUuid: HARDWARE, fleetId: FLEET },
      verifyTarget: (signed) => verifyTarget(signed, { registration, hardwareUuid: HARDWARE, generation: 5 }),
    }
    const others = describeBundle(targetFor(NEIGHBOUR, 7)).targets
    const own = targetFor(HARDWARE, 7)
    content = {
      key: KEY,
      description: describeBundle(own, { targets: [...others, ...describeBundle(own).targets] }),
      targets: { [NEIGHBOUR]: signTarget(targetFor(NEIGHBOUR, 7), KEY), [HARDWARE]: signTarget(own, KEY) },
      blobs: [
        { kind: 'manifest', bytes: Buffer.from('manifest') },
        { kind: 'layer', bytes: randomBytes(300_000) },
        { kind: 'layer', bytes: Buffer.alloc(0) },
      ],
    }
  })

  function targetFor(hardwareUuid: string, generation: number): TargetInput {
    return {
      ...{ protocol: DEVICE_PROTOCOL, generation },
      device: { id: DEVICE, name: 'porch', hardwareUuid },
      fleet: { id: FLEET, name: 'weather', organization: 'acme' },
      apps: [app(2, { web: service(fakeImage('web-2')) })],
    }
  }
  const open = (bytes: Buffer, file = new MemoryBundle('file', bytes)) =>
    readBundle(file, trust, new AbortController().signal)
  const codeOf = (bytes: Buffer) =>
    open(bytes).then(
      () => 'accepted',
      (error: unknown) => (error instanceof BundleRefused ? error.code : error),
    )
  const codeWith = (change: (entries: Entries) => Entries) => codeOf(tarOf(change(bundleEntries(content))))
  const changed = (change: Partial<BundleContent>) => codeOf(tarOf(bundleEntries({ ...content, ...change })))

  it('is found out to be for this board, and where its blobs lie', async () => {
    const bytes = tarOf(bundleEntries(content))
    const { bundle, target, blobs } = await open(bytes)
    expect(bundle.fleet.name).toBe('weather')
    expect(target.generation).toBe(7)
    const found = blobs.map(({ position, sizeBytes }) => bytes.subarray(position, position + sizeBytes))
    expect(found).toEqual(content.blobs.map((blob) => blob.bytes))
  })

  it('is gone through without reading its blobs', async () => {
    const blobs = [1, 2, 3].map(() => ({ kind: 'layer' as const, bytes: randomBytes(2_000_000) }))
    const file = new MemoryBundle('file', tarOf(bundleEntries({ ...content, blobs })))
    await open(Buffer.alloc(0), file)
    expect(file.bytesRead).toBeLessThan(400_000)
  })

  it.each<[what: string, code: string, () => Promise<unknown>]>([
    ['signed by somebody else', 'bad-signature', () => changed({ key: STRANGER })],
    ['signed by a key of another name', 'unknown-key', () => changed({ key: { ...KEY, id: 'other' } })],
    ['of a later format', 'unknown-format', () => changed({ description: { ...content.description, format: 2 } })],
    [
      'for another fleet',
      'other-fleet',
      () => {
        const { description } = content
        return changed({
          description: {
            ...description,
            fleet: { ...description.fleet, id: DEVICE },
            targets: description.targets.slice(0, 1),
          },
        })
      },
    ],
    [
      'for other boards',
      'not-for-this-board',
      () => changed({ description: { ...content.description, targets: content.description.targets.slice(0, 1) } }),
    ],
    [
      'with an older target',
      'older-generation',
      () => changed({ targets: { ...content.targets, [HARDWARE]: signTarget(targetFor(HARDWARE, 4), KEY) } }),
    ],
    [
      'with a forged target',
      'bad-signature',
      () => changed({ targets: { ...content.targets, [HARDWARE]: signTarget(targetFor(HARDWARE, 9), STRANGER) } }),
    ],
    [
      "with another board's target in place of its own",
      'other-hardware',
      () => changed({ targets: { ...content.targets, [HARDWARE]: signTarget(targetFor(NEIGHBOUR, 9), KEY) } }),
    ],
    [
      'with a target for another release',
      'incomplete',
      () => {
        const target = { ...targetFor(HARDWARE, 9), apps: [app(3, { web: service(fakeImage('web-3')) })] }
        return changed({ targets: { ...content.targets, [HARDWARE]: signTarget(target, KEY) } })
      },
    ],
    [
      'without its target',
      'incomplete',
      () => changed({ targets: { [NEIGHBOUR]: signTarget(targetFor(NEIGHBOUR, 7), KEY) } }),
    ],
    [
      'without the target of another board',
      'incomplete',
      () => changed({ targets: { [HARDWARE]: signTarget(targetFor(HARDWARE, 7), KEY) } }),
    ],
    ['without a blob', 'incomplete', () => codeWith((it) => [...it.slice(0, 3), ...it.slice(4)])],
    ['without its last blob', 'incomplete', () => codeWith((it) => it.slice(0, -1))],
    ['with one more blob', 'incomplete', () => codeWith((it) => [...it, it.at(-2)!])],
    ['with blobs in another order', 'incomplete', () => codeWith(([a, b, c, d, e, f]) => [a!, b!, c!, e!, d!, f!])],
    ['with a blob twice', 'incomplete', () => changed({ blobs: [...content.blobs, content.blobs[0]!] })],
    ['with a target twice', 'incomplete', () => codeWith(([a, b, ...more]) => [a!, b!, b!, ...more])],
    [
      'with a file that it should not have',
      'incomplete',
      () => codeWith((it) => [...it, ['run.sh', Buffer.from('!')]]),
    ],
    [
      'with a path that leads out',
      'incomplete',
      () => codeWith(([a, ...more]) => [a!, ['../../etc/passwd', Buffer.from('root')], ...more]),
    ],
    [
      'with a blob of another size',
      'incomplete',
      () => codeWith((it) => it.map(([name, bytes], at) => [name, at === 4 ? bytes.subarray(1) : bytes])),
    ],
    ['that begins with something else', 'not-a-bundle', () => codeWith(([, ...more]) => more)],
    ['that is none', 'not-a-bundle', () => codeOf(randomBytes(100_000))],
    ['that is empty', 'not-a-bundle', () => codeOf(Buffer.alloc(0))],
    ['of zeros', 'not-a-bundle', () => codeOf(Buffer.alloc(10_000))],
    [
      'that says nothing',
      'not-a-bundle',
      () => codeWith(([, ...more]) => [['bundle.json', Buffer.from('{}')], ...more]),
    ],
    [
      'with a link in it',
      'not-a-bundle',
      () => {
        const bytes = tarOf(bundleEntries(content))
        return codeOf(Buffer.concat([tarHeader('bundle.json', 0, '2'), bytes]))
      },
    ],
    [
      'that claims to be enormous',
      'not-a-bundle',
      () => codeOf(Buffer.concat([tarHeader('bundle.json', 8 ** 11 - 1), Buffer.alloc(10_000)])),
    ],
    [
      'that says too much of itself',
      'not-a-bundle',
      () => codeWith(([, ...more]) => [['bundle.json', Buffer.alloc(6 * 1024 * 1024 + 1, ' ')], ...more]),
    ],
    [
      'that claims more than a number can say',
      'not-a-bundle',
      () => {
        const header = tarHeader('bundle.json', 0)
        header.fill(0xff, 125, 136)
        header[124] = 0x80
        return codeOf(Buffer.concat([withChecksum(header), Buffer.alloc(10_000)]))
      },
    ],
  ])('%s is refused', async (_what, code, outcome) => {
    expect(await outcome()).toBe(code)
  })

  it('is refused without a sign of it on this machine, wherever it was cut', async () => {
    const bytes = tarOf(bundleEntries(content))
    const whole = bytes.length - 1024
    const lengths = Array.from({ length: 60 }, (_, at) => Math.floor((whole * at) / 60))
    for (const length of [...lengths, whole - 1, whole]) {
      expect(await codeOf(bytes.subarray(0, length))).toBe('not-a-bundle')
    }
  })

  it('that was changed in any place is refused with a reason, or is still the same, and never costs much', async () => {
    const bytes = tarOf(bundleEntries(content))
    const head = bytes.indexOf(content.blobs[1]!.bytes)
    const places = fc.array(fc.tuple(fc.nat(head - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(places, fc.option(fc.nat(bytes.length)), async (changes, end) => {
        const spoiled = Buffer.from(bytes)
        for (const [at, byte] of changes) spoiled[at] = byte
        const file = new MemoryBundle('file', spoiled.subarray(0, end ?? bytes.length))
        const found = await open(spoiled, file).catch((error: unknown) => error)
        if (!(found instanceof Error)) expect(found).toMatchObject({ target: { generation: 7 } })
        else expect(found).toBeInstanceOf(BundleRefused)
        expect(file.longestRead).toBeLessThan(MOST_BYTES)
      }),
      { numRuns: 500 },
    )
  })

  it('that cannot be read says nothing of the bundle', async () => {
    const bytes = tarOf(bundleEntries(content))
    const shorter = new MemoryBundle('file', bytes.subarray(0, 3000), bytes.length)
    await expect(open(bytes, shorter)).rejects.toMatchObject({ code: 'unreadable' })
    const pulled = new MemoryBundle('file', bytes)
    pulled.isPulled = true
    await expect(open(bytes, pulled)).rejects.toMatchObject({ code: 'unreadable' })
  })
})
