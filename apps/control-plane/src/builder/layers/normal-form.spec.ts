import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import * as tar from 'tar-stream'
import { readLayerContent } from './layer-content.js'
import { dateLayer, packLayer } from './pack-layer.js'

const COMMIT = 1_700_000_000
const EARLY = COMMIT - 1000
const { signal } = new AbortController()
const LONG = `${'a-long-folder-name/'.repeat(8)}${'long-file-name'.repeat(8)}`
// May change owners and become anybody; 0x81 is no text in any encoding of names.
const CAPABILITY = Buffer.from('0100000281000000000000000000000000000000', 'hex')

async function dated(layer: Buffer, pieceBytes = 65_536): Promise<Buffer> {
  const pieces = function* () {
    for (let at = 0; at < layer.length; at += pieceBytes) yield layer.subarray(at, at + pieceBytes)
  }
  return buffer(Readable.from(dateLayer(Readable.from(pieces()), COMMIT)))
}

describe('the normal form of a layer', () => {
  let folder: string
  let tree: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-layers-'))
    tree = join(folder, 'tree')
    growTree(tree)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  function pack(...options: string[]): Buffer {
    const file = join(folder, 'layer.tar')
    execFileSync('tar', ['--create', '--sort=name', '--file', file, ...options, '-C', tree, '.'])
    return readFileSync(file)
  }

  function unpack(layer: Buffer): string[] {
    const [file, root] = [join(folder, 'unpacked.tar'), join(folder, 'unpacked')]
    writeFileSync(file, layer)
    mkdirSync(root)
    try {
      execFileSync('tar', ['--extract', '--file', file, '--numeric-owner', '--same-permissions', '-C', root])
      return listing(root)
    } finally {
      rmSync(root, { recursive: true })
    }
  }

  // What each kind of tar can hold: all but the oldest have a way for long names, and GNU's for holes.
  it.each(['gnu', 'pax', 'oldgnu'])(
    'keeps whatever is in a tar of the kind %s but times after the commit',
    async (kind) => {
      const layer = pack(`--format=${kind}`, '--sparse')
      expect(unpack(await dated(layer))).toEqual(unpack(layer).map(withoutLateTime))
    },
  )

  it.each([
    ['ustar', []],
    ['v7', ['--exclude=device', '--exclude=pipe']],
  ])('keeps whatever is in a tar of the kind %s but times after the commit', async (kind, omitted) => {
    const layer = pack(`--format=${kind}`, '--exclude=a-long-folder-name', '--exclude=huge-owner', ...omitted)
    expect(unpack(await dated(layer))).toEqual(unpack(layer).map(withoutLateTime))
  })

  it('keeps attributes and capabilities, byte by byte, and names in any encoding', async () => {
    const packing = tar.pack()
    const pax = { 'SCHILY.xattr.security.capability': 'x'.repeat(CAPABILITY.length), 'LIBARCHIVE.creationtime': '1' }
    packing.entry({ name: 'caf?', mode: 0o755, mtime: new Date((COMMIT + 5) * 1000), pax }, 'program')
    packing.finalize()
    const layer = await buffer(packing)
    CAPABILITY.copy(layer, layer.indexOf('x'.repeat(CAPABILITY.length)))
    layer[layer.indexOf('path=caf?') + 'path=caf'.length] = 0xe9

    const normal = await dated(layer)
    const record = Buffer.concat([Buffer.from('SCHILY.xattr.security.capability='), CAPABILITY, Buffer.from('\n')])
    expect(normal.includes(record)).toBe(true)
    expect(normal.includes('creationtime')).toBe(false)
    expect(normal.includes(Buffer.from('path=caf\u00e9\n', 'latin1'))).toBe(true)
    expect(normal.includes('program')).toBe(true)
    expect(await dated(normal)).toEqual(normal)
  })

  it('is the same for equal files, whenever and by whom they were packed', async () => {
    const by = (owner: string, ...options: string[]) =>
      pack(
        '--format=pax',
        '--pax-option=exthdr.name=%d/PaxHeaders.%p/%f',
        `--owner=${owner}:7`,
        '--group=x:8',
        ...options,
      )
    const one = by('ada', '--atime-preserve=system')
    touchLate(tree, COMMIT + 77)
    const two = by('grace', '--pax-option=delete=atime')
    expect(one.equals(two)).toBe(false)
    expect((await dated(one)).equals(await dated(two))).toBe(true)
  })

  it('does not depend on the pieces in which it is read', async () => {
    const layer = pack('--format=pax', '--sparse')
    const whole = await dated(layer)
    for (const bytes of [7, 511, 512, 513, 7919]) expect((await dated(layer, bytes)).equals(whole)).toBe(true)
  })

  it('is never made of a tar that was cut off or damaged', async () => {
    const one = tar.pack()
    one.entry({ name: `${'long/'.repeat(60)}name`, mtime: new Date(EARLY * 1000) }, randomBytes(1500))
    one.finalize()
    const layer = await buffer(one)
    // An extended header, what it says, the header itself, and three blocks of content.
    for (const end of [1, 511, 513, 1023, 1025, 1537, 2000])
      await expect(dated(layer.subarray(0, end))).rejects.toThrow()
    const damaged = Buffer.from(layer)
    damaged[1030] = 0xff
    await expect(dated(damaged)).rejects.toThrow(/checksum/)
  })

  it('is compressed without a time, and described by what was written', async () => {
    const [from, to] = [join(folder, 'plain.tar'), join(folder, 'plain.gz')]
    writeFileSync(from, pack('--format=pax'))
    const packed = await packLayer({ from, to, commitTime: COMMIT, onProgress: () => undefined, signal })
    const blob = readFileSync(to)
    const content = gunzipSync(blob)
    expect(blob.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003')
    expect(packed).toEqual({
      diffId: digestOf(content),
      tarBytes: content.length,
      digest: digestOf(blob),
      sizeBytes: blob.length,
    })
  })

  it('has an id that tells contents and dates apart, but not one late date from another', async () => {
    const file = join(folder, 'content.tar')
    const ids = async (commitTime: number, commitTimes: number[] = []) => {
      writeFileSync(file, pack('--format=pax'))
      return readLayerContent(file, { commitTime, commitTimes }, signal)
    }
    touchLate(tree, COMMIT + 10)
    const first = await ids(COMMIT)
    expect(first.isLate).toBe(true)
    touchLate(tree, COMMIT + 200)
    // The next commit, built by another clock: as late for the commit before.
    const next = await ids(COMMIT + 100, [COMMIT])
    expect(next.ids.get(COMMIT)).toBe(first.ids.get(COMMIT))
    expect((await ids(COMMIT + 500)).isLate).toBe(false)
    const early = join(tree, 'early')
    lutimesSync(early, EARLY - 1, EARLY - 1)
    expect((await ids(COMMIT)).ids.get(COMMIT)).not.toBe(first.ids.get(COMMIT))
    lutimesSync(early, EARLY, EARLY)
    writeFileSync(early, 'early!')
    lutimesSync(early, EARLY, EARLY)
    expect((await ids(COMMIT)).ids.get(COMMIT)).not.toBe(first.ids.get(COMMIT))
  })
})

/** Of everything that a layer may hold; dated after the commit, but for one file. */
function growTree(root: string): void {
  mkdirSync(join(root, LONG, '..'), { recursive: true })
  mkdirSync(join(root, 'folder'))
  writeFileSync(join(root, LONG), 'long')
  writeFileSync(join(root, 'early'), 'early')
  writeFileSync(join(root, 'empty'), '')
  writeFileSync(join(root, 'folder', 'program'), randomBytes(70_000), { mode: 0o755 })
  execFileSync('chmod', ['4751', join(root, 'folder', 'program')])
  linkSync(join(root, 'folder', 'program'), join(root, 'hard'))
  symlinkSync('folder/program', join(root, 'soft'))
  writeFileSync(join(root, '.wh.gone'), '')
  writeFileSync(join(root, 'folder', '.wh..wh..opq'), '')
  writeFileSync(join(root, 'huge-owner'), 'x')
  execFileSync('chown', ['3000000:3000001', join(root, 'huge-owner')])
  execFileSync('chown', ['-h', '1000:1001', join(root, 'soft')])
  execFileSync('mknod', [join(root, 'device'), 'c', '5', '300'])
  execFileSync('mkfifo', [join(root, 'pipe')])
  const holes = openSync(join(root, 'holes'), 'w')
  // More pieces than GNU's header has room for.
  for (let at = 0; at < 30; at++) writeSync(holes, `piece ${at}`, at * 100_000)
  ftruncateSync(holes, 4_000_000)
  closeSync(holes)
  touchLate(root, COMMIT + 10)
  lutimesSync(join(root, 'early'), EARLY, EARLY)
}

function touchLate(root: string, seconds: number): void {
  for (const path of pathsOf(root)) if (!path.endsWith('/early')) lutimesSync(path, seconds + 0.25, seconds + 0.25)
  lutimesSync(root, seconds, seconds)
}

function pathsOf(root: string): string[] {
  return existsSync(root) ? readdirSync(root, { recursive: true }).map((path) => join(root, String(path))) : []
}

function listing(root: string): string[] {
  return pathsOf(root)
    .sort()
    .map((path) => {
      const { mode, uid, gid, size, nlink, rdev, mtimeMs } = lstatSync(path)
      const isFile = (mode & 0o170000) === 0o100000
      const isLink = (mode & 0o170000) === 0o120000
      const content = isFile ? digestOf(readFileSync(path)) : isLink ? readlinkSync(path) : ''
      const facts = { mode: mode.toString(8), uid, gid, nlink, rdev, size: isFile ? size : 0, content }
      return `${Math.floor(mtimeMs / 1000)} ${path.slice(root.length)} ${JSON.stringify(facts)}`
    })
}

function withoutLateTime(line: string): string {
  const [time = '', ...rest] = line.split(' ')
  return [String(Math.min(Number(time), COMMIT)), ...rest].join(' ')
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
