import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type Docker from 'dockerode'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineFaultError } from '../../errors.js'
import { startDocker, type TestDocker } from '../../testing/docker-engine.js'
import { eventually } from '../../testing/eventually.js'
import { freePort } from '../../testing/free-port.js'
import { finished, startRegistry } from '../../testing/registry.js'
import { DockerEngine } from './docker-engine.js'

describe('a port that a container cannot have', () => {
  let folder: string
  let dockerd: TestDocker
  let engine: DockerEngine
  let image: string
  let port: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fport-'))
    await writeFile(runtime(), SLOW_RUNTIME, { mode: 0o755 })
    const [started, registry] = await Promise.all([startDocker({ runtime: runtime() }), startRegistry()])
    dockerd = started
    engine = new DockerEngine('device', { socketPath: dockerd.socketPath })
    const { repository, digest } = await registry.publish(dockerd.docker, 'web', 'web')
    image = `${repository}@${digest}`
    await finished(await dockerd.docker.pull(image))
    await registry.stop()
    await dockerd.docker.createNetwork({ Name: 'app' })
  })
  afterAll(async () => {
    await dockerd.stop()
    await rm(folder, { recursive: true })
  })
  beforeEach(async () => void (port = await freePort()))

  const runtime = () => join(folder, 'runc')

  function create(change: Docker.HostConfig = {}): Promise<Docker.Container> {
    const PortBindings = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] }
    const HostConfig = { NetworkMode: 'app', PortBindings, ...change }
    const body = { Image: image, StopSignal: 'SIGKILL', ExposedPorts: { '80/tcp': {} }, HostConfig }
    return dockerd.docker.createContainer(body)
  }
  const startOf = async (container: Promise<Docker.Container>) => engine.startContainer((await container).id)

  it('is in use where another container has it', async () => {
    await startOf(create())
    const start = startOf(create())
    await expect(start).rejects.toThrow(`port ${port} is already in use`)
    await expect(start).rejects.not.toThrow(EngineFaultError)
  })

  it('is the fault of an engine that was killed while a container was starting, until that is restarted', async () => {
    const slow = startOf(create({ Runtime: 'own' }))
    slow.catch(() => undefined)
    await eventually(() => expect(existsSync(`${runtime()}.reached`)).toBe(true))
    await dockerd.kill()
    const web = create()
    await expect(startOf(web)).rejects.toThrow(EngineFaultError)
    await expect(startOf(web)).rejects.toThrow(`the engine holds port ${port}, which no container has`)
    await dockerd.restart(() => Promise.resolve())
    await startOf(web)
  })
})

// Here a container has its networks and ports, and nothing of it runs yet, for as long as its engine lives.
const SLOW_RUNTIME = `#!/bin/sh
case " $* " in
*' create '*)
  touch "$0.reached"
  parent=$PPID
  while [ -d "/proc/$parent" ]; do sleep 0.1; done
  exit 1 ;;
esac
exec runc "$@"
`
