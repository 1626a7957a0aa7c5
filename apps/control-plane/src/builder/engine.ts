import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import { canonicalJson, type Json } from '@flotilla/contracts'
import type { OutputLine } from './build-output.js'
import { BuildkitTrace } from './buildkit-trace.js'
import { EngineStore } from './layers/engine-store.js'
import { readMessages } from './engine-messages.js'

export interface BuildRequest {
  // Uncompressed tar of the context.
  context: NodeJS.ReadableStream
  dockerfile: string
  platform: string
  target?: string
  args: Record<string, string>
  tag: string
  // Image in this engine whose layers may be taken over.
  cacheFrom?: string
}

export interface BuiltContent {
  id: string
  // What makes the image what it is, without dates and cache notes.
  fingerprint: string
  // diffIds, from the base up.
  layers: string[]
  config: Record<string, Json>
  // Of all layers as they lie on the disk.
  unpackedBytes: number
}

type Write = (line: OutputLine) => void

/** The builder's Docker engine: builds, pulls and pushes, and knows nothing of releases. */
export class BuilderEngine {
  readonly docker: Docker

  constructor(dockerHost: string) {
    const url = new URL(dockerHost)
    this.docker =
      url.protocol === 'unix:'
        ? new Docker({ socketPath: url.pathname })
        : new Docker({ host: url.hostname, port: url.port || 2375, protocol: 'http' })
  }

  /** Throws while the engine is down. */
  async architecture(): Promise<string> {
    try {
      const info = (await this.docker.info()) as { Architecture: string }
      return info.Architecture
    } catch (cause) {
      throw new Error("The builder's Docker engine is down", { cause })
    }
  }

  async build(request: BuildRequest, write: Write, signal: AbortSignal): Promise<void> {
    const answer = await this.docker.buildImage(request.context, {
      version: '2',
      t: request.tag,
      dockerfile: request.dockerfile,
      platform: request.platform,
      buildargs: { ...platformArguments(request.platform), ...request.args, BUILDKIT_INLINE_CACHE: '1' },
      ...(request.target !== undefined && { target: request.target }),
      ...(request.cacheFrom !== undefined && { cachefrom: JSON.stringify([request.cacheFrom]) }),
      rm: true,
      abortSignal: signal,
    })
    const trace = new BuildkitTrace()
    await readMessages(answer, (message) => {
      if (message.id === 'moby.buildkit.trace') trace.read(String(message.aux)).forEach(write)
    }).finally(() => trace.end().forEach(write))
  }

  async pull(
    image: string,
    platform: string | undefined,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = await this.docker.pull(image, {
      abortSignal: signal,
      ...(platform !== undefined && { platform }),
      ...(token !== undefined && { authconfig: { registrytoken: token } }),
    })
    await readMessages(answer, () => undefined)
  }

  /** Where the engine keeps its layers, on its own machine. */
  async store(): Promise<EngineStore> {
    const { DockerRootDir: root, Driver: driver } = (await this.docker.info()) as Record<string, string>
    return new EngineStore(root ?? '', driver ?? '')
  }

  /** The image as a tar of its layers and config; the engine makes a copy of it first. */
  async save(image: string, signal: AbortSignal): Promise<Readable> {
    const modem = this.docker.modem as {
      dial(options: object, done: (error: Error | null, answer: Readable) => void): void
    }
    // dockerode's get() cannot be aborted.
    return new Promise<Readable>((resolve, reject) => {
      modem.dial(
        {
          path: `/images/${image}/get`,
          method: 'GET',
          isStream: true,
          abortSignal: signal,
          statusCodes: { 200: true, 404: 'no such image', 500: 'server error' },
        },
        (error, answer) => (error ? reject(error) : resolve(answer)),
      )
    })
  }

  /** Undefined where the engine does not have the image. */
  async inspect(image: string): Promise<BuiltContent | undefined> {
    try {
      const found = await this.docker.getImage(image).inspect()
      const config = JSON.parse(canonicalJson(found.Config)) as Record<string, Json>
      const { Id: id, Size: unpackedBytes, Os: os, Architecture: architecture, RootFS: rootFs } = found
      // An image without any layer has no list either.
      const layers = rootFs.Layers ?? []
      const fingerprint = canonicalJson({ os, architecture, layers, config })
      return { id, config, layers, unpackedBytes, fingerprint }
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined
      throw error
    }
  }

  async tag(image: string, tag: string): Promise<void> {
    const [repo, name] = splitTag(tag)
    await this.docker.getImage(image).tag({ repo, tag: name })
  }
}

/** 'host:5000/repository:tag' → ['host:5000/repository', 'tag'] */
export function splitTag(reference: string): [string, string] {
  const colon = reference.lastIndexOf(':')
  return [reference.slice(0, colon), reference.slice(colon + 1)]
}

/** 'host:5000/repository@sha256:…' → the name under which an engine keeps what became that image */
export function madeTag(reference: string): string {
  const [repository = '', digest = ''] = reference.split('@')
  return `${repository}:made-${digest.replace('sha256:', '')}`
}

// BuildKit of engine 20.10 forgets its own values of these where a Dockerfile declares them before the first FROM.
function platformArguments(platform: string): Record<string, string> {
  const [os = 'linux', architecture = '', variant = ''] = platform.split('/')
  return { TARGETPLATFORM: platform, TARGETOS: os, TARGETARCH: architecture, TARGETVARIANT: variant }
}
