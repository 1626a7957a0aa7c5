import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  garbageCollector,
  makeBaseImages,
  ownPlatform,
  type RunningEngine,
  startEngine,
  startRegistry,
  waitFor,
} from '@flotilla/dev'
import type { BuildContractServer } from '../testing/build-contract-server.js'
import { attemptBuild, type BuilderAttempt, builtImage } from '../testing/builder-attempt.js'

const PLATFORM = ownPlatform()
const BASE = 'ARG TARGETARCH\nFROM flotilla/busybox:$TARGETARCH\n'

function isRunning(commandLine: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => readCommandLine(pid).includes(commandLine))
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

describe('a builder', () => {
  let engine: RunningEngine
  let registry: Awaited<ReturnType<typeof startRegistry>>
  const repository = `fleets/${randomUUID()}`

  beforeAll(async () => {
    ;[engine, registry] = await Promise.all([startEngine(), startRegistry()])
    await makeBaseImages(engine.docker)
  })
  afterAll(async () => {
    await registry.stop()
    await engine.stop()
  })

  type Case = Partial<BuilderAttempt> & Pick<BuilderAttempt, 'files'>

  function build(each: Case): Promise<BuildContractServer> {
    return attemptBuild({ dockerHost: engine.dockerHost, registryHost: registry.host, repository, ...each })
  }

  const texts = (server: BuildContractServer) => server.lines.map((line) => line.text)

  it('builds a service, streams what it prints and returns what the registry holds', async () => {
    const server = await build({
      files: {
        Dockerfile: `${BASE}COPY page /page\nRUN echo one-and; cat /page\nCMD ["cat", "/page"]\n`,
        page: 'hello\n',
      },
    })
    const built = builtImage(server)
    const manifest = await fetch(`${registry.url}/v2/${repository}/manifests/${built.digest}`, {
      headers: { Accept: 'application/vnd.docker.distribution.manifest.v2+json' },
    })
    expect(await manifest.json()).toMatchObject({
      config: { digest: built.configDigest },
      layers: built.layers?.map(({ digest, sizeBytes }) => ({ digest, size: sizeBytes })),
    })
    expect(built.config).toMatchObject({ Cmd: ['cat', '/page'] })
    expect(built.sizeBytes).toBeGreaterThan(100_000)
    expect(built.unpackedBytes).toBeGreaterThan(built.sizeBytes)
    expect(texts(server)).toEqual(expect.arrayContaining(['one-and', 'hello']))
    expect(server.lines.map((line) => line.number)).toEqual(server.lines.map((_, at) => at + 1))
    expect(server.lines.filter((line) => line.kind === 'step').map((line) => line.text)).toEqual([
      expect.stringMatching(/^Building web/),
      expect.stringMatching(/^Pushed web/),
    ])
  })

  it('keeps the digest of a service that did not change, and takes layers over on an empty builder', async () => {
    const files = { Dockerfile: `${BASE}RUN echo slow > /slow\nCOPY page /page\n`, page: 'one\n' }
    const first = builtImage(await build({ files }))
    const cacheFrom = `${registry.host}/${repository}@${first.digest}`
    const same = await build({ files, task: { cacheFrom } })
    expect(builtImage(same).digest).toBe(first.digest)
    expect(texts(same).some((text) => text.includes('as in the release before'))).toBe(true)

    const empty = await startEngine()
    try {
      await makeBaseImages(empty.docker)
      const changed = await build({
        files: { ...files, page: 'two\n' },
        task: { cacheFrom },
        dockerHost: empty.dockerHost,
      })
      expect(texts(changed).find((text) => text.includes('RUN echo slow'))).toMatch(/\(cached\)$/)
      expect(builtImage(changed).digest).not.toBe(first.digest)
    } finally {
      await empty.stop()
    }
  })

  it('honours .dockerignore, sub-folders, build arguments and targets', async () => {
    const server = await build({
      files: {
        'web/Dockerfile.prod':
          `${BASE}AS base\nARG COLOUR\nCOPY . /all\nRUN ls /all && echo colour $COLOUR\nFROM base AS other\nRUN false\n`.replace(
            '\nAS',
            ' AS',
          ),
        'web/.dockerignore': 'secret*\n!secret-not\n',
        'web/secret': 'x',
        'web/secret-not': 'x',
        'other/outside': 'x',
      },
      task: { context: './web', dockerfile: 'Dockerfile.prod', target: 'base', args: { COLOUR: 'blue' } },
    })
    builtImage(server)
    expect(texts(server)).toEqual(expect.arrayContaining(['secret-not', 'colour blue']))
    expect(texts(server)).not.toContain('secret')
    expect(texts(server)).not.toContain('outside')
  })

  it('puts an image that is used as it is into the own registry', async () => {
    const name = `flotilla/busybox:${PLATFORM.split('/')[1]}`
    const server = await build({ files: { a: 'b' }, task: { image: name } })
    const { configDigest } = builtImage(server)
    expect((await engine.docker.getImage(name).inspect()).Id).toBe(configDigest)
  })

  const failures: [string, Case, string, RegExp][] = [
    [
      'a Dockerfile that fails',
      { files: { Dockerfile: `${BASE}RUN echo before && exit 7\n` } },
      'dockerfile-failed',
      /exit code 7[\s\S]*before/,
    ],
    [
      'a Dockerfile that is none',
      { files: { Dockerfile: 'NOTHING here\n' } },
      'dockerfile-failed',
      /unknown instruction: NOTHING/i,
    ],
    [
      'a base image that is nowhere',
      { files: { Dockerfile: 'FROM nowhere.invalid/none:1\n' } },
      'dockerfile-failed',
      /nowhere\.invalid/,
    ],
    ['no Dockerfile', { files: { page: 'x' } }, 'dockerfile-missing', /There is no Dockerfile/],
    ['a path out of the tree', { files: { Dockerfile: BASE, '../escape': 'x' } }, 'source-unsafe', /\.\.\/escape/],
    [
      'a hard link out of the tree',
      { files: { Dockerfile: BASE }, links: [{ name: 'link', type: 'link', linkname: '../../etc/passwd' }] },
      'source-unsafe',
      /link/,
    ],
    [
      'a context out of the tree',
      { files: { Dockerfile: BASE }, task: { context: '../..' } },
      'context-outside',
      /outside/,
    ],
    [
      'an image that is nowhere',
      { files: { a: 'b' }, task: { image: 'nowhere.invalid/none:1' } },
      'image-unavailable',
      /nowhere/,
    ],
    [
      'a registry that is down',
      { files: { Dockerfile: BASE }, registryHost: '127.0.0.1:1' },
      'registry-unavailable',
      /Push again/,
    ],
    [
      'an engine that is down',
      { files: { Dockerfile: BASE }, dockerHost: 'unix:///nonexistent.sock' },
      'engine-down',
      /start it/,
    ],
  ]
  it.each(failures)('says why it cannot build %s', async (_, each, code, reason) => {
    const server = await build(each)
    expect(server.result).toMatchObject({ outcome: 'failed', code, reason: expect.stringMatching(reason) })
  })

  it('ends a build over its time, whatever the garbage collector took meanwhile', async () => {
    const collecting = setInterval(garbageCollector(), 100)
    try {
      const server = await build({ files: { Dockerfile: `${BASE}RUN sleep 301.3\n` }, timeLeftMs: 3_000 })
      expect(server.result).toMatchObject({
        outcome: 'failed',
        code: 'deadline',
        reason: expect.stringMatching(/longer/),
      })
      await waitFor(() => !isRunning('sleep\x00301.3'), { what: 'the step has ended' })
    } finally {
      clearInterval(collecting)
    }
  })

  it('says that the registry is full', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder])
    const full = await startRegistry({ dataDir: folder })
    try {
      const files = { Dockerfile: `${BASE}RUN dd if=/dev/urandom of=/ballast bs=1M count=8\n` }
      const server = await build({ files, registryHost: full.host })
      expect(server.result).toMatchObject({
        outcome: 'failed',
        code: 'registry-unavailable',
        reason: expect.stringMatching(/has it space left/),
      })
    } finally {
      await full.stop()
      execFileSync('umount', ['--lazy', folder])
      rmdirSync(folder)
    }
  })

  it('stops at once when the build is cancelled, and leaves nothing running', async () => {
    const server = await build({
      files: { Dockerfile: `${BASE}RUN echo begun && sleep 301.7\n` },
      onServer: (each) => {
        const timer = setInterval(() => {
          if (!each.lines.some((line) => line.text === 'begun')) return
          each.cancelled = true
          clearInterval(timer)
        }, 50)
      },
    })
    expect(server.result).toBeUndefined()
    expect(server.cancelled).toBe(true)
    await waitFor(() => !isRunning('sleep\x00301.7'), { what: 'the cancelled step has ended' })
  })

  it('says that its own disk is full, and leaves nothing on it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-small-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder])
    try {
      const server = await build({
        files: { Dockerfile: `${BASE}RUN dd if=/dev/urandom of=/ballast bs=1M count=8\n` },
        commitTime: 1_700_000_000,
        scratchFolder: folder,
      })
      expect(server.result).toMatchObject({ outcome: 'failed', code: 'builder-disk-full' })
      expect(readdirSync(folder)).toEqual([])
    } finally {
      execFileSync('umount', ['--lazy', folder])
      rmdirSync(folder)
    }
  })

  it('stops in the middle of a push when the build is cancelled, and leaves nothing on its disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-cancelled-'))
    let server: BuildContractServer | undefined
    // It takes the upload and never answers.
    const silent = createServer((request, response) => {
      if (request.method === 'GET') return response.end()
      if (request.method === 'HEAD') return response.writeHead(404).end()
      if (server) server.cancelled = true
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    try {
      const registryHost = `127.0.0.1:${(silent.address() as AddressInfo).port}`
      const files = { Dockerfile: `${BASE}RUN echo pushed > /pushed\n` }
      const ended = await build({ files, registryHost, scratchFolder: folder, onServer: (each) => (server = each) })
      expect(ended).toMatchObject({ result: undefined, cancelled: true })
      expect(readdirSync(folder)).toEqual([])
    } finally {
      silent.close()
      silent.closeAllConnections()
      rmdirSync(folder)
    }
  })

  it('hands a build back when the builder stops', async () => {
    const stopping = new AbortController()
    const server = await build({
      files: { Dockerfile: `${BASE}RUN echo begun-again && sleep 300\n` },
      stopping: stopping.signal,
      onServer: (each) => {
        const timer = setInterval(() => {
          if (!each.lines.some((line) => line.text === 'begun-again')) return
          stopping.abort()
          clearInterval(timer)
        }, 50)
      },
    })
    expect(server.result).toMatchObject({ outcome: 'handed-back' })
  })
})
