import { randomBytes } from 'node:crypto'
import { startDocker } from '../../testing/docker-engine.js'
import { startRegistry } from '../../testing/registry.js'
import { describeEngine } from '../engine.contract.js'
import type { Program } from '../fake/fake-container.js'
import { DockerEngine } from './docker-engine.js'

const LARGE_BYTES = 8_000_000

describeEngine('Docker', async () => {
  const [{ docker, socketPath, stop }, registry] = await Promise.all([startDocker(), startRegistry()])
  const publish = async (name: string, content = name) => {
    const { repository, digest } = await registry.publish(docker, name, content)
    return `${repository}@${digest}`
  }
  // The second is large, or the engine may have it before it tells how far it is.
  const images: [string, string] = [
    await publish('one'),
    await publish('two', randomBytes(LARGE_BYTES).toString('base64')),
  ]
  const brokenImage = await publish('broken')
  await registry.loseLayers(brokenImage)
  return {
    brokenImage,
    engine: (deviceId) => new DockerEngine(deviceId, { socketPath }),
    images,
    running: (program) => ({
      command: ['/bin/sh', '-c', script(program)],
      healthcheck: { test: ['CMD', '/bin/sh', '-c', program.isUnhealthy ? 'exit 1' : 'exit 0'] },
    }),
    async addForeignContainer(network) {
      const container = await docker.createContainer({ Image: images[0], HostConfig: { NetworkMode: network } })
      await container.start()
      return container.id
    },
    hasContainer: (id) =>
      docker
        .getContainer(id)
        .inspect()
        .then(
          () => true,
          () => false,
        ),
    async stop() {
      await stop()
      await registry.stop()
    },
  }
})

function script({ prints = [], touches = [], exitsAfterMs, exitCode = 0 }: Program): string {
  const files = touches.map((path) => `touch ${path};`)
  // A pause keeps the two streams in order.
  const lines = prints.map(({ stream, text }) => `echo ${text}${stream === 'stderr' ? ' >&2' : ''}; sleep 0.05;`)
  const end = exitsAfterMs === undefined ? 'exec sleep 1000000' : `sleep ${exitsAfterMs / 1000}; exit ${exitCode}`
  return [...files, ...lines, end].join(' ')
}
