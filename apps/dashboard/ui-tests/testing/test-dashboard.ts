import { unwrap, type ApiClient } from '@flotilla/api-client'
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals'
import { waitFor } from '@flotilla/dev'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { ADMIN, startApi, type ApiProcess } from './api-process.js'
import { TestDevice } from './test-device.js'

// Chromium as the system has it, without anything that would look for the network.
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
// Chromium breaks off what it loads when the machine gets another network, as other suites make them: no page's fault.
const NETWORK_CHANGED = 'net::ERR_NETWORK_CHANGED'
const PHONE = { width: 390, height: 844 }
const DESK = { width: 1280, height: 860 }

export interface OpenOptions {
  signedIn?: boolean
  phone?: boolean
  colorScheme?: 'light' | 'dark'
}

/** A browser at the dashboard of an api of its own. */
export class TestDashboard {
  /** Errors and warnings in the console, and requests to anywhere but the api: there should never be any. */
  readonly complaints: string[] = []
  private session: Awaited<ReturnType<BrowserContext['storageState']>> | undefined

  private running: { api: ApiProcess; browser: Browser } | undefined

  async start(): Promise<void> {
    const [api, browser] = await Promise.all([
      startApi(),
      chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS }),
    ])
    this.running = { api, browser }
  }

  get url(): string {
    return this.parts.api.url
  }

  get client(): ApiClient {
    return this.parts.api.client
  }

  /** A page with a profile of its own, signed in as the admin unless told otherwise. */
  async open(path: string, { signedIn = true, phone, colorScheme }: OpenOptions = {}): Promise<Page> {
    if (signedIn) this.session ??= await this.signIn()
    const context = await this.parts.browser.newContext({
      viewport: phone ? PHONE : DESK,
      colorScheme,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...(signedIn && { storageState: this.session }),
    })
    const page = await context.newPage()
    page.setDefaultTimeout(90_000)
    this.watch(page)
    await this.visit(page, path)
    return page
  }

  async visit(page: Page, path: string): Promise<void> {
    const arrive = async () => {
      await page.goto(this.url + path)
      await page.locator('#root > :not(style)').first().waitFor({ timeout: 30_000 })
      return true
    }
    await waitFor(arrive, { what: `${path} is open`, timeoutMs: 120_000 })
  }

  /** Makes a fleet and a key for it. */
  async createFleet(name: string): Promise<{ id: string; provisioningKey: string }> {
    const fleet = await unwrap(this.client.POST('/api/v1/fleets', { body: { organization: 'default', name } }))
    const params = { path: { id: fleet.id } }
    const { key } = await unwrap(
      this.client.POST('/api/v1/fleets/{id}/provisioning-keys', { params, body: { name: 'tests' } }),
    )
    return { id: fleet.id, provisioningKey: key }
  }

  /** A board that joins the fleet of the key. */
  addDevice(name: string, provisioningKey: string): Promise<TestDevice> {
    return new TestDevice(this.url).register({ name, provisioningKey, deviceType: 'raspberrypi4-64' })
  }

  async stop(): Promise<void> {
    await this.running?.browser.close()
    await this.running?.api.stop()
  }

  private get parts() {
    if (!this.running) throw new Error('The dashboard has not started.')
    return this.running
  }

  private async signIn() {
    const page = await this.open('/sign-in', { signedIn: false })
    await fillSignIn(page, ADMIN.password)
    await page.waitForURL('**/fleets')
    const state = await page.context().storageState()
    await page.context().close()
    return state
  }

  private watch(page: Page): void {
    page.on('console', (message) => {
      const isComplaint = ['error', 'warning'].includes(message.type()) && !message.text().includes(NETWORK_CHANGED)
      if (isComplaint) this.complaints.push(`${message.text()} ${message.location().url}`)
    })
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (origin !== this.url && protocol.startsWith('http')) this.complaints.push(`asked for ${request.url()}`)
    })
  }
}

/** A dashboard for the suites of a file, which fail where a page has complained. */
export function dashboardOfSuites(): TestDashboard {
  const dashboard = new TestDashboard()
  beforeAll(() => dashboard.start())
  afterAll(() => dashboard.stop())
  afterEach(() => {
    expect(dashboard.complaints.splice(0)).toEqual([])
  })
  return dashboard
}

export async function fillSignIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('Email').fill(ADMIN.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
