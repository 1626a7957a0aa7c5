/*
 * The local API of a device on the in-memory engine, asked without a network.
 */
import type { TargetInput } from '@flotilla/contracts'
import { FakeDaemon, type FakeDaemonOptions } from '../edge/fake/fake-daemon.js'
import { AccessTokens, type Access } from '../local-api/access.js'
import type { LocalAnswer, LocalRequest } from '../local-api/local-request.js'
import { localPart, type LocalOptions } from '../local-api/local-part.js'
import type { MakePart } from '../part.js'
import { ApplyScene } from './apply-scene.js'
import { FakeClock } from './fake-clock.js'
import { APP_ID } from './steps.js'

export class LocalScene {
  readonly clock = new FakeClock()
  readonly daemon: FakeDaemon
  readonly scene: ApplyScene
  /** Addresses that the local API listens on. */
  readonly addresses = new Set<string>()
  private handle: (request: LocalRequest) => Promise<LocalAnswer> = () => Promise.reject(new Error('Nobody listens'))

  constructor(options?: FakeDaemonOptions, others: MakePart[] = [], more: LocalOptions['more'] = undefined) {
    this.daemon = new FakeDaemon(this.clock, options)
    this.scene = new ApplyScene(this.daemon)
    const part = localPart({
      port: 48484,
      more,
      listen: (address, port, handle) => {
        this.addresses.add(address)
        this.handle = handle
        return Promise.resolve({ port, close: () => Promise.resolve(void this.addresses.delete(address)) })
      },
    })
    this.scene.parts = [part, ...others]
  }

  /** Publishes the images of these apps and runs them until nothing is left to do. */
  async start(apps: TargetInput['apps']): Promise<void> {
    this.publish(apps)
    await this.scene.start(apps)
    await this.clock.advance(120_000)
  }

  publish(apps: TargetInput['apps']): void {
    for (const { services } of apps) {
      for (const { image } of Object.values(services)) this.daemon.published.add(`${image.repository}@${image.digest}`)
    }
  }

  token(change: Partial<Access> = {}): string {
    const { identity } = this.scene.core ?? { identity: { sign: () => '' } }
    return new AccessTokens(identity).make({ appId: APP_ID, service: 'web', scope: 'app', ...change })
  }

  /** As what listens would ask. */
  answer(request: LocalRequest): Promise<LocalAnswer> {
    return this.handle(request)
  }

  /** "POST /v1/lock"; Flotilla's own routes unless the path begins with another one's. */
  async ask(line: string, body?: unknown, change: Partial<LocalRequest> = {}) {
    const [method = '', target = ''] = line.split(' ')
    const url = new URL(target, 'http://local')
    const answer = await this.handle({
      ...{ method, path: url.pathname, query: url.searchParams, accept: '' },
      ...{ body, token: this.token(), signal: new AbortController().signal },
      ...change,
    })
    const text = typeof answer.body === 'string' ? answer.body : ''
    return { ...answer, text, json: asJson(text) }
  }

  /** As ask(), below Flotilla's own base path. */
  own(line: string, body?: unknown, change: Partial<LocalRequest> = {}) {
    return this.ask(line.replace(' ', ' /flotilla'), body, change)
  }

  stop(): Promise<void> {
    return this.scene.stop()
  }
}

function asJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
