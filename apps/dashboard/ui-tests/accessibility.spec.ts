import { beforeAll, describe, expect, it } from '@jest/globals'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { rejectionOf, toldOf } from './testing/rejections.js'
import { dashboardOfSuites } from './testing/test-dashboard.js'
import type { TestDevice } from './testing/test-device.js'

const dashboard = dashboardOfSuites()

const LOOKS = 10

/** What axe finds against WCAG 2.1 AA and good practice, once the page stands still: contrast, names, roles, order. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  let found = await look(page)
  // A dialog that is just about to fade in changes the colours of all that is behind it.
  for (let looks = 1; found.length > 0 && looks < LOOKS; looks++) found = await look(page)
  return found
}

async function look(page: Page): Promise<string[]> {
  await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'))
  const { violations } = await page.evaluate(() => axe.run(document))
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${page.url()} ${id}: ${node.html}`))
}

describe.each(['light', 'dark'] as const)('in the %s scheme, nothing keeps anybody out of', (colorScheme) => {
  let fleetId: string
  let device: TestDevice
  beforeAll(async () => {
    const fleet = await dashboard.createFleet(`accessible-${colorScheme}`)
    fleetId = fleet.id
    device = await dashboard.addDevice('roof', fleet.provisioningKey)
    const services = {
      web: { status: 'downloading', progressPercent: 20 },
      db: { status: 'exited', exitCode: 1, error: 'no space left on device' },
      cache: { status: 'running', health: 'unhealthy' },
    } as const
    const rejected = rejectionOf('db')
    const apps = { [fleetId]: { services, rejected } }
    await device.report({ activity: 'failing', explanation: 'Waits.', apps }, [
      { kind: 'release-rejected', detail: toldOf(rejected) },
    ])
    await device.log(
      { service: 'web', text: '\u001b[34mblue\u001b[0m' },
      { service: 'db', stream: 'stderr', text: 'no' },
    )
    const variable = { fleetId, name: 'TOKEN', value: 'x', secret: true }
    await dashboard.client.PUT('/api/v1/variables', { body: variable })
  })

  it('the pages of a fleet', async () => {
    const page = await dashboard.open('/fleets', { colorScheme })
    const found: string[] = []
    for (const path of [
      '/fleets',
      ...['', '/releases', '/variables', '/settings'].map((tab) => `/fleets/${fleetId}${tab}`),
    ]) {
      await dashboard.visit(page, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForFunction(() => document.querySelector('[aria-busy]') === null)
      found.push(...(await findings(page)))
    }
    expect(found).toEqual([])
  })

  it('the pages of a device', async () => {
    const page = await dashboard.open('/fleets', { colorScheme })
    const found: string[] = []
    for (const tab of ['', '/logs', '/history', '/variables', '/settings']) {
      await dashboard.visit(page, `/devices/${device.id}${tab}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForFunction(() => document.querySelector('[aria-busy]') === null)
      if (tab === '/history') await page.getByText('What the device saw').click()
      found.push(...(await findings(page)))
    }
    expect(found).toEqual([])
  })

  it('signing in, the account, and a dialog', async () => {
    const door = await dashboard.open('/sign-in', { colorScheme, signedIn: false })
    await door.getByRole('button', { name: 'Sign in' }).click()
    await door.getByText('Enter your password').waitFor()
    const page = await dashboard.open('/account', { colorScheme })
    await page.getByText('No token yet').waitFor()
    const found = [...(await findings(door)), ...(await findings(page))]
    await page.getByRole('button', { name: 'Create token' }).click()
    await page.getByRole('dialog').getByLabel('Name').waitFor()
    expect([...found, ...(await findings(page))]).toEqual([])
  })
})
