import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { freePort, type RunningRegistry, startRegistry } from '@flotilla/dev'
import tar from 'tar-stream'
import { RegistryTokens } from '../../registry-auth/index.js'
import { SigningKeys } from '../../signing-keys/index.js'
import { createTestApi, type TestApi } from '../../testing/test-api.js'

/** What becomes of a request on its way to the registry. */
export type Interference = 'pass' | 'hold' | 'away' | 'cut' | { instead: Buffer }

export interface TestLayer {
  // Path → content.
  files: Record<string, Buffer>
  // Absent: gzip.
  pack?: (tar: Buffer) => Buffer
}

export interface TestImage {
  digest: string
  layers: { diffId: string; digest: string; tar: Buffer; blob: Buffer; files: Record<string, Buffer> }[]
}

/** A control plane with a real registry, which it reaches over a link that tests may cut. */
export class ImageRegistry {
  api!: TestApi
  // Asked of each request; its path begins with /v2/.
  interfere: (path: string, method: string) => Interference = () => 'pass'
  private registry!: RunningRegistry
  private folder!: string
  private readonly proxy: Server
  private readonly held = new Set<ServerResponse>()

  private constructor() {
    this.proxy = createServer((incoming, outgoing) => this.relay(incoming, outgoing))
  }

  static async start(): Promise<ImageRegistry> {
    const made = new ImageRegistry()
    await new Promise<void>((resolve) => made.proxy.listen(0, '127.0.0.1', resolve))
    made.api = await createTestApi({ REGISTRY_URL: made.url })
    made.folder = await mkdtemp(join(tmpdir(), 'flotilla-image-registry-'))
    const certificateFile = join(made.folder, 'certificates.pem')
    await writeFile(certificateFile, await made.api.app.get(SigningKeys).registryCertificates())
    const realm = `${made.api.url}/registry/v1/token`
    const auth = { realm, service: 'flotilla-registry', issuer: 'flotilla', certificateFile }
    made.registry = await startRegistry({ port: await freePort(), auth })
    return made
  }

  get url(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`
  }

  /** Breaks off whatever is held. */
  release(): void {
    for (const response of this.held) response.destroy()
    this.held.clear()
  }

  async stop(): Promise<void> {
    this.release()
    await this.api.close()
    await new Promise((resolve) => this.proxy.close(resolve))
    await this.registry.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Puts an image into a fleet's repository, as a builder would. */
  async push(fleetId: string, layers: TestLayer[]): Promise<TestImage> {
    const { token } = await this.api.app.get(RegistryTokens).forBuild({ id: randomUUID(), fleetId }, 60)
    const base = `${this.registry.url}/v2/fleets/${fleetId}`
    const headers = { Authorization: `Bearer ${token}` }
    const made = await Promise.all(layers.map(makeLayer))
    const config = Buffer.from(
      JSON.stringify({ rootfs: { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) } }),
    )
    for (const blob of [config, ...made.map(({ blob }) => blob)]) await pushBlob(base, headers, blob)
    const type = 'application/vnd.docker.distribution.manifest.v2+json'
    const describe = (blob: Buffer, mediaType: string) => ({ mediaType, digest: sha256(blob), size: blob.length })
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: describe(config, 'application/vnd.docker.container.image.v1+json'),
      layers: made.map(({ blob }) => describe(blob, 'application/vnd.docker.image.rootfs.diff.tar.gzip')),
    })
    const digest = sha256(Buffer.from(manifest))
    const init = { method: 'PUT', body: manifest, headers: { ...headers, 'Content-Type': type } }
    await ok(fetch(`${base}/manifests/${digest}`, init))
    return { digest, layers: made }
  }

  private relay(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const what = this.interfere(incoming.url ?? '', incoming.method ?? '')
    if (what === 'hold') return void this.held.add(outgoing)
    if (what === 'away') return void outgoing.writeHead(503).end()
    if (typeof what === 'object')
      return void outgoing.writeHead(200, { 'Content-Length': what.instead.length }).end(what.instead)
    const { port } = new URL(this.registry.url)
    const { method, headers, url: path } = incoming
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (what === 'cut') answer.once('data', (some: Buffer) => outgoing.write(some, () => outgoing.destroy()))
      else answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  }
}

export function sha256(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** Bytes that no codec makes smaller. */
export function noise(length: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

async function makeLayer({
  files,
  pack = (plain) => gzipSync(plain),
}: TestLayer): Promise<TestImage['layers'][number]> {
  const packing = tar.pack()
  for (const [name, content] of Object.entries(files)) packing.entry({ name, mtime: new Date(0) }, content)
  packing.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of packing) chunks.push(chunk as Buffer)
  const plain = Buffer.concat(chunks)
  const blob = pack(plain)
  return { diffId: sha256(plain), digest: sha256(blob), tar: plain, blob, files }
}

async function pushBlob(base: string, headers: Record<string, string>, blob: Buffer): Promise<void> {
  const upload = await ok(fetch(`${base}/blobs/uploads/`, { method: 'POST', headers }))
  const location = new URL(upload.headers.get('location') ?? '', upload.url)
  location.searchParams.set('digest', sha256(blob))
  await ok(fetch(location, { method: 'PUT', headers, body: new Uint8Array(blob) }))
}

async function ok(sent: Promise<Response>): Promise<Response> {
  const response = await sent
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return response
}
