import type { FleetView, Page, ReleaseView } from '@flotilla/contracts'
import { createTestApi, type TestApi, type TestUser } from '../../testing/test-api.js'
import { createFleet } from '../../testing/test-board.js'
import { openWorkshop, type Workshop } from './test-workshop.js'
import { WorkingCopy } from './working-copy.js'

export const DOCKERFILE = { Dockerfile: 'FROM scratch\nCOPY . /\n' }

/** An api with builders, a user, and for each test a fresh fleet with a working copy. */
export class PushBench {
  fleet!: FleetView
  copy!: WorkingCopy
  private readonly copies: WorkingCopy[] = []
  private readonly gates: (() => void)[] = []

  private constructor(
    readonly api: TestApi,
    readonly user: TestUser,
    readonly workshop: Workshop,
  ) {}

  static async open(overrides: Record<string, string> = {}): Promise<PushBench> {
    const api = await createTestApi(overrides)
    return new PushBench(api, await api.signUp('developer'), openWorkshop(api))
  }

  async reset(): Promise<void> {
    for (const open of this.gates.splice(0)) open()
    this.workshop.recipe = () => ({})
    this.workshop.orders.length = 0
    this.workshop.sources.length = 0
    this.fleet = await createFleet(this.api, this.user)
    this.copy = await this.copyFor(this.user)
  }

  /** Builds that begin from now on wait until it is opened, at the latest by the end of the test. */
  holdBuilds(): () => void {
    let open: () => void = () => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    this.workshop.recipe = () => ({ until: opened })
    this.gates.push(open)
    return open
  }

  /** Another working copy with the fleet as its remote. */
  async copyFor(user: Pick<TestUser, 'token'> | undefined, fleet: { organization: string; name: string } = this.fleet) {
    const copy = await WorkingCopy.create(this.api, fleet, user)
    this.copies.push(copy)
    return copy
  }

  async close(): Promise<void> {
    for (const open of this.gates.splice(0)) open()
    await Promise.all(this.copies.map((copy) => copy.remove()))
    await this.workshop.close()
    await this.api.close()
  }

  /** Newest first. */
  async releases(): Promise<ReleaseView[]> {
    const response = await this.api.call(this.user, `GET /api/v1/releases?fleet=${this.fleet.id}`)
    return ((await response.json()) as Page<ReleaseView>).items
  }

  async target(): Promise<string | undefined> {
    const response = await this.api.call(this.user, `GET /api/v1/fleets/${this.fleet.id}`)
    return ((await response.json()) as FleetView).targetReleaseId
  }

  /** The refs of the fleet's repository, as its users see them. */
  async refs(): Promise<Record<string, string>> {
    const { output } = await this.copy.git('ls-remote', 'flotilla')
    const lines = output.split('\n').filter((line) => /\trefs\//.test(line))
    return Object.fromEntries(lines.map((line) => line.split('\t').reverse() as [string, string]))
  }
}
