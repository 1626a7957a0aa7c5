/*
 * A board whose images come through the image store of a real engine, from a real registry in which tests put images and
 * deltas of their own.
 */
import type { Bundle, TargetInput } from '@flotilla/contracts'
import { makeDelta } from '@flotilla/image-delta'
import type Docker from 'dockerode'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BundleShelf } from '../bundles/bundle-shelf.js'
import { bundlesPart } from '../bundles/bundles-part.js'
import type { BundleFile, BundleIntake } from '../bundles/ports.js'
import { openBundleFile } from '../edge/bundles/file-bundle.js'
import { DockerEngine } from '../edge/docker/docker-engine.js'
import { openImages } from '../edge/open-images.js'
import { imagesPart } from '../images/images-part.js'
import type { TransferMeter } from '../images/ports.js'
import type { MakePart } from '../part.js'
import { bundleEntries, describeBundle, signTarget, tarOf, type BundleContent } from './bundle-files.js'
import { startDocker, type TestDocker } from './docker-engine.js'
import { FakeCloud } from './fake-cloud.js'
import { loadImage } from './layered-image.js'
import { finished, startRegistry, type TestRegistry } from './registry.js'
import { startAgent, type TestAgent } from './test-agent.js'

export interface PublishedImage {
  repository: string
  digest: string
  layers: { diffId: string; tar: string }[]
}

export interface PublishedDelta {
  from: string
  to: string
  digest: string
  sizeBytes: number
}

export class DeltaBoard {
  /** Bytes that came from the registry. */
  fetchedBytes = 0
  /** Of the supervisor that runs. */
  intake?: BundleIntake
  private agent?: TestAgent
  private isAlone = false
  private bundled = 0

  private constructor(
    readonly engine: TestDocker,
    readonly registry: TestRegistry,
    readonly cloud: FakeCloud,
    readonly folder: string,
  ) {}

  static async start(): Promise<DeltaBoard> {
    const parts = await Promise.all([startDocker(), startRegistry(), FakeCloud.start()])
    const folder = await mkdtemp(join(tmpdir(), 'fboard-'))
    await mkdir(join(folder, 'state'))
    return new DeltaBoard(...parts, folder)
  }

  async stop(): Promise<void> {
    await this.agent?.stop()
    await this.engine.stop()
    await Promise.all([this.isAlone || this.registry.stop(), this.cloud.stop()])
    await rm(this.folder, { recursive: true })
  }

  /** `root`: as of ImageWorldOptions; another one than / hides the engine's folders. */
  async startSupervisor(root = '/'): Promise<void> {
    const { cloud, folder } = this
    const engine = { socketPath: this.engine.socketPath }
    const meter: TransferMeter = {
      grant: (bytes) => Promise.resolve(bytes),
      spend: (bytes) => {
        this.fetchedBytes += bytes
        return Promise.resolve()
      },
    }
    const stateDir = join(folder, 'state')
    const bundles = new BundleShelf()
    const parts: MakePart[] = [
      async (core) => {
        const part = await bundlesPart(core, bundles)
        this.intake = part.offers?.bundles
        return part
      },
      imagesPart((core) => openImages(core, { stateDir, engine, root, meter, bundles })),
    ]
    this.agent = await startAgent({ cloud, folder, parts, engine: (id) => new DockerEngine(id, engine) })
  }

  async stopSupervisor(): Promise<void> {
    await this.agent?.stop()
    this.agent = undefined
  }

  /** Into the registry, and not into the engine. */
  async publish(name: string, layers: readonly Buffer[]): Promise<PublishedImage> {
    const { docker } = this.engine
    const repository = `${this.registry.address}/${name}`
    const { diffIds } = await loadImage(docker, `${repository}:new`, layers)
    const digest = await push(docker, `${repository}:new`)
    await docker.getImage(`${repository}:new`).remove()
    const tars = diffIds.map((diffId) => join(this.folder, diffId.slice('sha256:'.length)))
    await Promise.all(layers.map((layer, at) => writeFile(tars[at] ?? '', layer)))
    return { repository, digest, layers: diffIds.map((diffId, at) => ({ diffId, tar: tars[at] ?? '' })) }
  }

  /** Makes a delta and puts it into the registry; `change`: what is put there in its place. */
  async publishDelta(
    from: PublishedImage,
    to: PublishedImage,
    change: (delta: Buffer) => Buffer = (delta) => delta,
  ): Promise<PublishedDelta> {
    const out = join(this.folder, 'delta')
    await makeDelta({ from, to, out, scratch: this.folder })
    const bytes = change(await readFile(out))
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    await this.putBlob(to.repository, digest, bytes)
    return { from: from.digest, to: to.digest, digest, sizeBytes: bytes.length }
  }

  /** Which paths the server names, by the image that they lead to. */
  offer(...paths: PublishedDelta[][]): void {
    this.cloud.device.imageSources = ({ image, have }) => ({
      paths: paths
        .filter((deltas) => deltas.at(-1)?.to === image && have.includes(deltas[0]?.from ?? ''))
        .map((deltas) => ({ deltas })),
    })
  }

  /** From now on there is no control plane, and no registry. */
  async leaveAlone(): Promise<void> {
    this.isAlone = true
    this.cloud.fault = () => ({ status: 503 })
    this.cloud.dropLinks()
    await this.registry.stop()
  }

  /** Manifest, config and layers as the registry has them. */
  async blobsOf({ repository, digest }: PublishedImage): Promise<BundleContent['blobs']> {
    const bytes = await this.getFrom(repository, `manifests/${digest}`)
    const { config, layers } = JSON.parse(bytes.toString()) as Record<'config', { digest: string }> & {
      layers: { digest: string }[]
    }
    const get = async (kind: 'config' | 'layer', of: { digest: string }) => {
      return { kind, bytes: await this.getFrom(repository, `blobs/${of.digest}`) }
    }
    const rest = [get('config', config), ...layers.map((layer) => get('layer', layer))]
    return [{ kind: 'manifest', bytes }, ...(await Promise.all(rest))]
  }

  async deltaBlob({ repository }: PublishedImage, { digest }: PublishedDelta): Promise<BundleContent['blobs'][number]> {
    return { kind: 'delta', bytes: await this.getFrom(repository, `blobs/${digest}`) }
  }

  /** A file with a target that nobody else knows of. */
  async bundle(
    apps: TargetInput['apps'],
    blobs: BundleContent['blobs'],
    description: Partial<Bundle> = {},
  ): Promise<BundleFile> {
    const { cloud, folder } = this
    const generation = ++this.bundled + (cloud.device.target?.generation ?? 0)
    const target = cloud.targetFor(cloud.device, apps, generation)
    const content = {
      ...{ key: cloud.key, blobs, description: describeBundle(target, description) },
      targets: { [target.device.hardwareUuid]: signTarget(target, cloud.key) },
    }
    const path = join(folder, `${generation}.flotilla`)
    await writeFile(path, tarOf(bundleEntries(content)))
    return openBundleFile(path)
  }

  private async getFrom(repository: string, path: string): Promise<Buffer> {
    const [host = '', ...name] = repository.split('/')
    const accept = 'application/vnd.docker.distribution.manifest.v2+json'
    const answer = await fetch(`http://${host}/v2/${name.join('/')}/${path}`, { headers: { accept } })
    if (!answer.ok) throw new Error(`The registry answered ${answer.status} to ${path}`)
    return Buffer.from(await answer.arrayBuffer())
  }

  private async putBlob(repository: string, digest: string, bytes: Buffer): Promise<void> {
    const [host = '', ...name] = repository.split('/')
    const begun = await fetch(`http://${host}/v2/${name.join('/')}/blobs/uploads/`, { method: 'POST' })
    const place = new URL(begun.headers.get('location') ?? '', `http://${host}`)
    place.searchParams.set('digest', digest)
    const headers = { 'content-type': 'application/octet-stream' }
    const put = await fetch(place, { method: 'PUT', body: new Uint8Array(bytes), headers })
    if (put.status !== 201) throw new Error(`The registry answered ${put.status} to a blob`)
  }
}

async function push(docker: Docker, reference: string): Promise<string> {
  const pushed = await finished(await docker.getImage(reference).push({ authconfig: { username: '', password: '' } }))
  const digest = pushed.flatMap(({ aux }) => (aux as { Digest?: string } | undefined)?.Digest ?? [])[0]
  if (digest === undefined) throw new Error(`The push of ${reference} gave no digest`)
  return digest
}
