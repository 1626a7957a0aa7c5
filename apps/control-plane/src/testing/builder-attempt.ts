import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import type { BuildOrder, BuildTask, BuiltImage } from '@flotilla/contracts'
import { ownPlatform } from '@flotilla/dev'
import * as tar from 'tar-stream'
import { ControlPlaneClient } from '../builder/control-plane-client.js'
import { BuilderEngine } from '../builder/engine.js'
import { EngineStore } from '../builder/layers/engine-store.js'
import { runBuild } from '../builder/run-build.js'
import { type BuildContractServer, startBuildContractServer } from './build-contract-server.js'

/** One build of one service called web, and the builder that does it. */
export interface BuilderAttempt {
  dockerHost: string
  // As if the engine were on another machine: its folders cannot be read.
  isRemote?: boolean
  registryHost: string
  repository: string
  files: Record<string, string>
  links?: Partial<tar.Header>[]
  task?: Partial<BuildTask>
  commitTime?: number
  timeLeftMs?: number
  stopping?: AbortSignal
  scratchFolder?: string
  onServer?: (server: BuildContractServer) => void
}

/** Runs it to its end; gives what the control plane was told. Files are dated as `git archive` dates them. */
export async function attemptBuild(attempt: BuilderAttempt): Promise<BuildContractServer> {
  const { registryHost, repository, files, links, commitTime } = attempt
  const task: BuildTask = {
    service: 'web',
    platform: ownPlatform(),
    context: '.',
    args: {},
    push: `${registryHost}/${repository}:${randomUUID()}.web.amd64`,
    ...attempt.task,
  }
  const order: BuildOrder = {
    buildId: randomUUID(),
    tasks: [task],
    registry: { host: registryHost, token: 'anything' },
    ...(commitTime !== undefined && { commitTime }),
    timeLeftMs: attempt.timeLeftMs ?? 120_000,
  }
  const server = await startBuildContractServer(order, await archive({ files, links, commitTime }), 'job-token')
  try {
    attempt.onServer?.(server)
    const tools = {
      engine: new (attempt.isRemote ? RemoteEngine : BuilderEngine)(attempt.dockerHost),
      diskLimitBytes: 10 * 1024 ** 3,
      scratchFolder: attempt.scratchFolder ?? tmpdir(),
      stopping: attempt.stopping ?? new AbortController().signal,
    }
    await runBuild(new ControlPlaneClient(server.url, order.buildId, 'job-token'), 1, tools)
    return server
  } finally {
    server.close()
  }
}

class RemoteEngine extends BuilderEngine {
  override store(): Promise<EngineStore> {
    return Promise.resolve(new EngineStore('/nonexistent', 'overlay2'))
  }
}

export function builtImage(server: BuildContractServer): BuiltImage {
  const { result } = server
  const [image] = result?.outcome === 'built' ? result.images : []
  if (!image) throw new Error(`Not built: ${JSON.stringify(result)}`)
  return image
}

async function archive({ files, links = [], commitTime = 0 }: Partial<BuilderAttempt>): Promise<Buffer> {
  const pack = tar.pack()
  const mtime = new Date(commitTime * 1000)
  for (const [name, content] of Object.entries(files ?? {})) pack.entry({ name, mtime }, content)
  for (const link of links) pack.entry({ name: 'link', ...link })
  pack.finalize()
  return buffer((pack as unknown as NodeJS.ReadableStream).pipe(createGzip()))
}
