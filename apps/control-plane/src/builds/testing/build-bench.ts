import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type BuildOrder,
  type BuildResult,
  type BuildView,
  ComposeSpecSchema,
  type Platform,
  type ReleaseView,
} from '@flotilla/contracts'
import { SYSTEM } from '../../auth/index.js'
import type { TestApi, TestUser } from '../../testing/test-api.js'
import { BuildTickets } from '../build-tickets.js'
import { BuildsService, type Submitted } from '../index.js'

export interface SubmissionOptions {
  services?: string[]
  platforms?: Platform[]
  makesFinal?: boolean
  branch?: string
  committedAt?: Date
}

/** A project taken in for building, as a push leaves it. */
export async function submitBuild(api: TestApi, fleetId: string, options: SubmissionOptions = {}): Promise<Submitted> {
  const { services = ['main'], platforms = ['linux/amd64'], makesFinal = true, branch = 'main', committedAt } = options
  const compose = ComposeSpecSchema.parse({ services: Object.fromEntries(services.map((name) => [name, {}])) })
  const build = { context: '.', dockerfile: 'Dockerfile', args: {} }
  const images = services.flatMap((service) => platforms.map((platform) => ({ service, platform, build })))
  const submission = {
    fleetId,
    commit: randomBytes(20).toString('hex'),
    branch,
    committedAt,
    project: { file: 'compose.yaml', compose, images },
    makesFinal,
    createdBy: SYSTEM,
  }
  return api.app.get(BuildsService).submit(submission, Readable.from(['the source']))
}

/** One attempt at a build, as a builder has it. */
export class TestBuilder {
  private readonly runner = randomUUID()
  private token: string | undefined

  constructor(
    private readonly api: TestApi,
    private readonly buildId: string,
    readonly attempt = 1,
  ) {}

  async order(): Promise<BuildOrder> {
    const response = await this.ask('')
    if (!response.ok) throw new Error(`No order: ${response.status} ${await response.text()}`)
    return (await response.json()) as BuildOrder
  }

  say(...texts: string[]): Promise<Response> {
    const lines = texts.map((text, index) => ({ number: index + 1, kind: 'output', text }))
    return this.ask('/output', { attempt: this.attempt, lines })
  }

  finish(result: Record<string, unknown> & Pick<BuildResult, 'outcome'>): Promise<Response> {
    return this.ask('/result', { attempt: this.attempt, ...result })
  }

  /** Takes the order and delivers an image for each of its tasks. */
  async build(): Promise<void> {
    const { tasks } = await this.order()
    const images = tasks.map(({ service, platform }) => fakeImage(service, platform, this.buildId))
    const response = await this.finish({ outcome: 'built', images })
    if (!response.ok) throw new Error(`Not taken: ${response.status} ${await response.text()}`)
  }

  async ask(path: string, body?: object): Promise<Response> {
    this.token ??= await this.api.app.get(BuildTickets).issue(this.buildId, this.attempt)
    return this.api.call(undefined, `${body ? 'POST' : 'GET'} /build/v1/builds/${this.buildId}${path}`, body, {
      Authorization: `Bearer ${this.token}`,
      'Flotilla-Runner': this.runner,
    })
  }
}

export function fakeImage(service: string, platform: Platform, seed: string) {
  const digest = `sha256:${createHash('sha256').update(`${service} ${platform} ${seed}`).digest('hex')}`
  const sizes = { sizeBytes: 1000, unpackedBytes: 3000 }
  return { service, platform, digest, configDigest: digest, ...sizes, config: { Cmd: ['run'] } }
}

export async function readBuild(api: TestApi, user: TestUser, id: string): Promise<BuildView> {
  return (await (await api.call(user, `GET /api/v1/builds/${id}`)).json()) as BuildView
}

export async function readRelease(api: TestApi, user: TestUser, id: string): Promise<ReleaseView> {
  return (await (await api.call(user, `GET /api/v1/releases/${id}`)).json()) as ReleaseView
}
