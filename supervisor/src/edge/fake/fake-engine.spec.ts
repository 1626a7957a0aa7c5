import { createHash } from 'node:crypto'
import { createContainerStep } from '../../testing/steps.js'
import { describeEngine } from '../engine.contract.js'
import { systemClock } from '../host/clock.js'
import type { Program } from './fake-container.js'
import { FakeDaemon } from './fake-daemon.js'
import { FakeEngine } from './fake-engine.js'

describeEngine('in memory', async () => {
  const program = ({ config }: { config: { environment: Record<string, string> } }) =>
    JSON.parse(config.environment.PROGRAM ?? '{}') as Program
  const daemon = new FakeDaemon(systemClock, { program, pullMs: 20 })
  const image = (name: string) => `registry.test/${name}@sha256:${createHash('sha256').update(name).digest('hex')}`
  const images: [string, string] = [image('one'), image('two')]
  for (const published of images) daemon.published.add(published)
  const brokenImage = image('broken')
  daemon.failure = (write) =>
    write === `pull-image ${brokenImage}` ? new Error(`Could not pull ${brokenImage}: blob unknown`) : undefined
  await Promise.resolve()
  return {
    brokenImage,
    engine: (deviceId) => new FakeEngine(deviceId, daemon),
    images,
    running: (does) => ({ environment: { PROGRAM: JSON.stringify(does) }, healthcheck: { test: ['CMD', 'check'] } }),
    async addForeignContainer(network) {
      await Promise.resolve()
      const container = daemon.addContainer(
        undefined,
        createContainerStep('by-hand', { image: 'foreign', networkNames: { default: network } }),
      )
      container.start()
      return container.id
    },
    hasContainer: (id) => Promise.resolve(daemon.containers.has(id)),
    stop: () => Promise.resolve(),
  }
})
