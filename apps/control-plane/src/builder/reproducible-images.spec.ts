import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createHash, randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { BuiltImage } from '@flotilla/contracts'
import { makeBaseImages, type RunningEngine, startEngine, startRegistry } from '@flotilla/dev'
import * as tar from 'tar-stream'
import type { BuildContractServer } from '../testing/build-contract-server.js'
import { attemptBuild, type BuilderAttempt, builtImage } from '../testing/builder-attempt.js'

const BASE = 'FROM flotilla/busybox:$TARGETARCH\n'
const COMMIT = Math.floor(Date.now() / 1000) - 100_000
// No two runs date it equally, whatever the clock says.
const LATE = 'touch -d @$(( $(date +%s) + $(od -An -N2 -tu2 /dev/urandom) ))'

// Of everything that a layer may hold.
const ZOO =
  `RUN mkdir -p /zoo/$(printf 'long-folder/%.0s' $(seq 30)) /etc/old && echo a > /zoo/file && ln /zoo/file /zoo/hard \\
  && ln -s file /zoo/soft && busybox mknod /zoo/device c 5 300 && busybox mkfifo /zoo/pipe \\
  && busybox chown 3000000:42 /zoo/pipe && touch "/zoo/$(printf 'n\\303\\266t-ascii-')$(printf 'x%.0s' $(seq 120))" \\
  && dd if=/dev/zero of=/zoo/holes bs=1 count=1 seek=3000000 && busybox chmod 4751 /zoo/file \\
  && touch -d @1000000000 /zoo/old && echo x > /etc/old/gone\n` +
  `RUN rm /zoo/hard && rm -r /etc/old && mkdir /etc/old && echo new > /etc/old/new && ${LATE} /zoo/file\n`

describe('the image of a commit', () => {
  let [one, other]: RunningEngine[] = []
  let registry: Awaited<ReturnType<typeof startRegistry>>
  const repository = `fleets/${randomUUID()}`

  beforeAll(async () => {
    ;[one, other, registry] = await Promise.all([startEngine(), startEngine(), startRegistry()])
    await Promise.all([makeBaseImages(one.docker), makeBaseImages(other.docker)])
  })
  afterAll(async () => {
    await Promise.all([registry.stop(), one?.stop(), other?.stop()])
  })

  type Release = Pick<BuilderAttempt, 'files' | 'commitTime'> & { after?: BuiltImage; image?: string }

  async function build(engine: RunningEngine | undefined, { after, image, ...release }: Release) {
    const push = `${registry.host}/${repository}:${randomUUID()}.web.amd64`
    const server = await attemptBuild({
      dockerHost: engine?.dockerHost ?? '',
      isRemote: engine === other,
      registryHost: registry.host,
      repository,
      ...release,
      task: { push, image, ...(after && { cacheFrom: `${registry.host}/${repository}@${after.digest}` }) },
    })
    const engineLayers = (await engine?.docker.getImage(push).inspect())?.RootFS.Layers ?? []
    return { push, engineLayers, image: builtImage(server), texts: texts(server) }
  }

  const texts = (server: BuildContractServer) => server.lines.map((line) => line.text)
  const digests = (image: BuiltImage) => (image.layers ?? []).map((layer) => layer.digest)

  it('is the same on every builder, at every time', async () => {
    const files = { Dockerfile: `${BASE}${ZOO}COPY page /page\nENV A=b\n`, page: 'hello' }
    const [first, second] = [
      await build(one, { files, commitTime: COMMIT }),
      await build(other, { files, commitTime: COMMIT }),
    ]
    expect(first.engineLayers).not.toEqual(second.engineLayers)
    expect(second.image.digest).toBe(first.image.digest)
    // The base is older than the commit: byte by byte as it was.
    const [base] = (await one?.docker.getImage(first.push).inspect())?.RootFS.Layers ?? []
    expect(first.image.layers?.[0]?.diffId).toBe(base)
  })

  it('has the files, owners, modes, links, attributes and devices that the engine built', async () => {
    await makeCapableBase(one!)
    const dockerfile = `FROM capable:base\nRUN touch /busybox-capable\n${ZOO}`
    const { push, image } = await build(one, { files: { Dockerfile: dockerfile }, commitTime: COMMIT })
    const name = `${registry.host}/${repository}@${image.digest}`
    await buffer(await other!.docker.pull(name, { authconfig: { registrytoken: 'anything' } }))

    const [built, published] = [await exported(one, push), await exported(other, name)]
    const isLate = ({ mtime = 0 }: Exported) => mtime > COMMIT
    expect(built.some(isLate)).toBe(true)
    expect(published).toEqual(built.map((entry) => (isLate(entry) ? { ...entry, mtime: COMMIT } : entry)))
    const run = { User: '1000:1000', Cmd: ['/busybox-capable', 'chown', '0:0', '/owned'] }
    expect(await statusOf(other, name, run)).toBe(0)
    expect(await statusOf(other, name, { ...run, Cmd: ['/bin/busybox', 'chown', '0:0', '/owned'] })).not.toBe(0)
  })

  it('keeps the layers of the release before that are equal but for dates, on every builder', async () => {
    const dockerfile = `${BASE}RUN echo slow > /slow && ${LATE} /slow\nCOPY page /page\n`
    const files = (page: string, Dockerfile = dockerfile) => ({ Dockerfile, page })
    const first = await build(one, { files: files('1'), commitTime: COMMIT })
    const [base, slow] = digests(first.image)

    const second = await build(one, { files: files('2'), commitTime: COMMIT + 10, after: first.image })
    expect(digests(second.image)).toEqual([base, slow, expect.not.stringMatching(digests(first.image)[2] ?? '')])

    // A builder that never saw it: the cache comes from the registry.
    const third = await build(other, { files: files('3'), commitTime: COMMIT + 20, after: second.image })
    expect(third.texts.find((text) => text.includes('RUN echo slow'))).toMatch(/\(cached\)$/)
    expect(digests(third.image).slice(0, 2)).toEqual([base, slow])

    // The step runs again, and does the same as before.
    const changed = dockerfile.replace('RUN', 'ENV NEW=1\nRUN')
    const fourth = await build(other, { files: files('3', changed), commitTime: COMMIT + 30, after: third.image })
    expect(fourth.texts.find((text) => text.includes('RUN echo slow'))).not.toMatch(/\(cached\)$/)
    expect(fourth.engineLayers[1]).not.toBe(third.engineLayers[1])
    expect(digests(fourth.image)).toEqual(digests(third.image))
    expect(fourth.image.digest).not.toBe(third.image.digest)

    // Nothing but the way to it is new, and the builder is another one.
    const differently = changed.replace('RUN echo', 'RUN true; echo')
    const fifth = await build(one, { files: files('3', differently), commitTime: COMMIT + 40, after: fourth.image })
    expect(fifth.image.digest).toBe(fourth.image.digest)
    expect(fifth.texts.some((text) => text.includes('as in the release before'))).toBe(true)
    // What such a build made is known the next time without looking into it.
    const sixth = await build(one, { files: files('3', differently), commitTime: COMMIT + 50, after: fourth.image })
    expect(sixth.image).toEqual(fifth.image)
  })

  it('is what was built before, where a registry that lost its blobs gets them again', async () => {
    const files = { Dockerfile: `${BASE}RUN echo kept > /kept && ${LATE} /kept\n` }
    const first = await build(one, { files, commitTime: COMMIT })
    const kept = first.image.layers?.[1]?.digest ?? ''
    const answer = await fetch(`${registry.url}/v2/${repository}/blobs/${kept}`, { method: 'DELETE' })
    expect(answer.status).toBe(202)
    const changed = { Dockerfile: `${files.Dockerfile}ENV A=b\n` }
    const second = await build(one, { files: changed, commitTime: COMMIT, after: first.image })
    expect(digests(second.image)).toEqual(digests(first.image))
    expect((await fetch(`${registry.url}/v2/${repository}/blobs/${kept}`)).status).toBe(200)
  })

  it('tells the Dockerfile its time, where that asks for it', async () => {
    const files = { Dockerfile: `${BASE}ARG SOURCE_DATE_EPOCH\nRUN echo date $SOURCE_DATE_EPOCH\n` }
    expect((await build(one, { files, commitTime: COMMIT })).texts).toContain(`date ${COMMIT}`)
  })

  it('is as the engine built it where the commit’s time is not known, and where it is used as it is', async () => {
    const undated = await build(one, { files: { Dockerfile: `${BASE}RUN ${LATE} /late\n` } })
    expect(undated.image.layers?.map((layer) => layer.diffId)).toEqual(undated.engineLayers)
    const used = await build(other, { files: {}, commitTime: 1000, image: 'flotilla/busybox:amd64' })
    expect(used.image.configDigest).toBe((await other?.docker.getImage('flotilla/busybox:amd64').inspect())?.Id)
    expect(used.image.layers?.map((layer) => layer.diffId)).toEqual(used.engineLayers)
  })
})

// May change owners and become anybody. Not all of its bytes are text.
const CAPABILITY = Buffer.from('0100000281000000000000000000000000000000', 'hex')

/** busybox with a program that may change owners, which a capability in an attribute of its file allows. */
async function makeCapableBase({ docker }: RunningEngine): Promise<void> {
  const container = await docker.createContainer({ Image: 'flotilla/busybox:amd64' })
  const archive = (await container.getArchive({ path: '/bin/busybox' })) as Readable
  const packing = tar.pack()
  for await (const entry of archive.pipe(tar.extract()) as unknown as AsyncIterable<Readable>) {
    const pax = { 'SCHILY.xattr.security.capability': 'x'.repeat(CAPABILITY.length) }
    packing.entry({ name: 'busybox-capable', mode: 0o755, pax }, await buffer(entry))
  }
  packing.entry({ name: 'owned', uid: 1000, gid: 1000 }, 'x')
  packing.finalize()
  const files = await buffer(packing)
  CAPABILITY.copy(files, files.indexOf('x'.repeat(CAPABILITY.length)))
  await container.putArchive(files, { path: '/' })
  await container.commit({ repo: 'capable', tag: 'base' })
}

interface Exported {
  name: string
  mtime?: number
}

async function exported(engine: RunningEngine | undefined, image: string): Promise<Exported[]> {
  const container = await engine!.docker.createContainer({ Image: image, Cmd: ['x'] })
  const extract = ((await container.export()) as Readable).pipe(tar.extract())
  const entries: Exported[] = []
  for await (const entry of extract as unknown as AsyncIterable<Readable & { header: tar.Header }>) {
    const { name, mtime, type, mode, uid, gid, size, linkname, devmajor, devminor } = entry.header
    const { pax } = entry.header as { pax?: Record<string, string> }
    const content = createHash('sha256')
      .update(await buffer(entry))
      .digest('hex')
    // What engines put into a container's root themselves.
    if (/^(dev|proc|sys|etc\/(hosts|hostname|resolv\.conf|mtab)|\.dockerenv)/.test(name) || name === 'etc/') continue
    const seconds = Math.floor((mtime?.getTime() ?? 0) / 1000)
    const facts = { type, mode, uid, gid, size, linkname, devmajor, devminor, pax: { ...pax, mtime: undefined } }
    entries.push({ name, mtime: seconds, ...facts, content } as Exported)
  }
  return entries
}

async function statusOf(engine: RunningEngine | undefined, image: string, options: object): Promise<number> {
  const container = await engine!.docker.createContainer({ Image: image, ...options })
  await container.start()
  return ((await container.wait()) as { StatusCode: number }).StatusCode
}
