import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { makeBaseImages, ownPlatform, type RunningEngine, startEngine, startRegistry } from '@flotilla/dev'
import { attemptBuild } from '../testing/builder-attempt.js'

describe('a builder whose engine is restarted', () => {
  let engine: RunningEngine
  let registry: Awaited<ReturnType<typeof startRegistry>>
  beforeAll(async () => {
    ;[engine, registry] = await Promise.all([startEngine(), startRegistry()])
    await makeBaseImages(engine.docker)
  })
  afterAll(async () => {
    await engine.stop()
    await registry.stop()
  })

  it('begins the build again that the engine broke off', async () => {
    let restarting: Promise<void> | undefined
    // Only what was begun before goes on.
    const step = 'test -e /kept/begun || { touch /kept/begun; echo broken-off; sleep 600; }'
    const Dockerfile =
      `FROM flotilla/busybox:${ownPlatform().split('/')[1]}\n` +
      `RUN --mount=type=cache,id=${randomUUID()},target=/kept ${step}\n`
    const server = await attemptBuild({
      dockerHost: engine.dockerHost,
      registryHost: registry.host,
      repository: 'restarted',
      files: { Dockerfile },
      timeLeftMs: 170_000,
      onServer: (each) => {
        const timer = setInterval(() => {
          if (!each.lines.some((line) => line.text === 'broken-off')) return
          clearInterval(timer)
          restarting = engine.kill().then(() => engine.start())
        }, 50)
      },
    })
    await restarting
    expect(server.result).toMatchObject({ outcome: 'built' })
    expect(server.lines.map(({ text }) => text)).toContainEqual(expect.stringMatching(/stopped in the middle/))
  })
})
