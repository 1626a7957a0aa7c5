/*
 * An OCI registry of a test's own (CNCF distribution, as a child process), and small images in it.
 */
import type Docker from 'dockerode'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { jsonObjects } from '../edge/docker/json-stream.js'
import type { Blob } from '../images/ports.js'
import { eventually } from './eventually.js'
import { freePort } from './free-port.js'

export interface TestRegistry {
  // host:port
  address: string
  /** Builds an image around busybox with `marker` in /marker, pushes it, and removes it from the engine again. */
  publish(docker: Docker, name: string, marker: string): Promise<{ repository: string; digest: string }>
  /** Puts a blob there as it is, without any image. */
  upload(name: string, content: Buffer): Promise<Blob>
  /** The disk of the registry has lost what is special to this image (its last layer). */
  loseLayers(image: string): Promise<void>
  /** Killed in the middle of whatever it does, and started again in the same place. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'freg-'))
  const address = `127.0.0.1:${await freePort()}`
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: address },
  }
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config))
  const start = async () => {
    const started = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
    await eventually(async () => (await fetch(`http://${address}/v2/`)).ok)
    return started
  }
  let server = await start()
  let restarting: Promise<void> | undefined
  const restart = async () => {
    await end(server, 'SIGKILL')
    server = await start()
  }
  return {
    address,
    publish: (docker, name, marker) => publish(docker, `${address}/${name}`, marker),
    upload: (name, content) => upload(`${address}/${name}`, content),
    loseLayers: (image) => loseLayers(join(folder, 'data'), image),
    // Those who ask while it is under way share it.
    restart: () => (restarting ??= restart().finally(() => (restarting = undefined))),
    async stop() {
      await end(server, 'SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill(signal)
  await ended
}

async function publish(docker: Docker, repository: string, marker: string) {
  const tag = randomBytes(4).toString('hex')
  const reference = `${repository}:${tag}`
  await finished(await docker.buildImage(await buildContext(marker), { t: reference }))
  const pushed = await finished(await docker.getImage(reference).push({ authconfig: { username: '', password: '' } }))
  const digest = pushed.flatMap(({ aux }) => (aux as { Digest?: string } | undefined)?.Digest ?? [])[0]
  if (digest === undefined) throw new Error(`The push of ${reference} gave no digest`)
  await docker.getImage(reference).remove()
  return { repository, digest }
}

async function upload(repository: string, content: Buffer): Promise<Blob> {
  const [, host = '', name = ''] = /^([^/]+)\/(.+)$/.exec(repository) ?? []
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  const begun = await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: 'POST' })
  const place = new URL(begun.headers.get('location') ?? '')
  place.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream' }
  const { status } = await fetch(place, { method: 'PUT', headers, body: new Uint8Array(content) })
  if (status !== 201) throw new Error(`The upload to ${repository} gave ${status}`)
  return { digest, sizeBytes: content.length, repository }
}

async function loseLayers(data: string, image: string): Promise<void> {
  const [, host = '', name = '', digest = ''] = /^([^/]+)\/(.+)@(.+)$/.exec(image) ?? []
  const accept = 'application/vnd.docker.distribution.manifest.v2+json'
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${digest}`, { headers: { accept } })
  const { layers } = (await answer.json()) as { layers: { digest: string }[] }
  const hash = layers.at(-1)?.digest.slice('sha256:'.length) ?? ''
  await rm(join(data, 'docker/registry/v2/blobs/sha256', hash.slice(0, 2), hash), { recursive: true })
}

async function buildContext(marker: string): Promise<NodeJS.ReadableStream> {
  const folder = await mkdtemp(join(tmpdir(), 'fimg-'))
  try {
    await mkdir(join(folder, 'bin'))
    await copyFile('/bin/busybox', join(folder, 'bin/busybox'))
    for (const applet of ['sh', 'sleep', 'cat', 'httpd', 'wget', 'id', 'head', 'tr', 'test', 'hostname', 'touch']) {
      await symlink('busybox', join(folder, 'bin', applet))
    }
    await writeFile(join(folder, 'marker'), marker)
    await writeFile(
      join(folder, 'Dockerfile'),
      'FROM scratch\nCOPY bin /bin\nCOPY marker /\nCMD ["/bin/sleep","1000000"]\n',
    )
    const tar = spawnSync('tar', ['-c', '-C', folder, '.'], { maxBuffer: 64 * 1024 * 1024 })
    return Readable.from([tar.stdout])
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** All that the engine told about a build, push or pull; throws where it told of an error. */
export async function finished(stream: NodeJS.ReadableStream): Promise<Record<string, unknown>[]> {
  const events: Record<string, unknown>[] = []
  for await (const event of jsonObjects(stream as AsyncIterable<Buffer>)) {
    if (typeof event.error === 'string') throw new Error(event.error)
    events.push(event)
  }
  return events
}
