import { describe, expect, it } from '@jest/globals'
import type { DeviceState } from '@flotilla/contracts'
import type { Page } from 'playwright-core'
import { rejectionOf, toldOf } from './testing/rejections.js'
import { dashboardOfSuites } from './testing/test-dashboard.js'

const dashboard = dashboardOfSuites()

const running = (fleetId: string, services: DeviceState['apps'][string]['services']): Partial<DeviceState> => ({
  activity: 'settled',
  apps: { [fleetId]: { services } },
})

async function whenLive(page: Page): Promise<void> {
  await page.getByText('Live', { exact: true }).filter({ visible: true }).waitFor()
}

describe('the devices of a fleet', () => {
  it('appear and change as they report, without a reload', async () => {
    const fleet = await dashboard.createFleet('live')
    const first = await dashboard.addDevice('roof', fleet.provisioningKey)
    const page = await dashboard.open(`/fleets/${fleet.id}`)
    const row = page.getByRole('row').filter({ hasText: 'roof' })
    await row.getByText('No report yet').waitFor()
    await whenLive(page)
    await first.report({ activity: 'updating' })
    await row.getByText('Updating').waitFor()
    await row.getByText('Online').waitFor()
    await first.report(running(fleet.id, { web: { status: 'running' }, job: { status: 'exited', exitCode: 0 } }))
    await row.getByText('Settled').waitFor()
    await row.getByText('1 running').waitFor()
    await row.getByText('1 exited').waitFor()
    expect(await row.getByText(/seen (just now|\d+ s ago)/).count()).toBe(1)
    await dashboard.addDevice('cellar', fleet.provisioningKey)
    await page.getByRole('row').filter({ hasText: 'cellar' }).waitFor()
  })

  it('are found by name and by what they do, and the address keeps what was asked for', async () => {
    const fleet = await dashboard.createFleet('found')
    for (const name of ['pier-1', 'pier-2', 'tower']) await dashboard.addDevice(name, fleet.provisioningKey)
    const page = await dashboard.open(`/fleets/${fleet.id}`)
    const names = page.getByRole('table', { name: 'Devices' }).getByRole('link')
    await page.getByLabel('Search devices').fill('pier')
    await page.getByText('2 devices').waitFor()
    expect(await names.allTextContents()).toEqual(['pier-1', 'pier-2'])
    await page.waitForURL('**?q=pier')
    await page.getByRole('combobox', { name: 'Activity' }).or(page.getByLabel('Activity')).first().click()
    await page.getByRole('option', { name: 'Failing' }).click()
    await page.getByText('No device fits').waitFor()
    await page.getByRole('button', { name: 'Show all devices' }).click()
    await page.getByText('3 devices').waitFor()
    expect(await page.getByLabel('Search devices').inputValue()).toBe('')
  })
})

describe('a device', () => {
  it('says what runs, what went wrong, and how far it is', async () => {
    const fleet = await dashboard.createFleet('told')
    const device = await dashboard.addDevice('told-device', fleet.provisioningKey)
    const page = await dashboard.open(`/devices/${device.id}`)
    await page.getByText('The device has not said anything of its system yet.').waitFor()
    await whenLive(page)
    await device.report({
      ...running(fleet.id, {
        web: { status: 'downloading', progressPercent: 42 },
        db: { status: 'exited', exitCode: 3, restartCount: 5, error: 'could not open the database file' },
      }),
      activity: 'failing',
      explanation: 'Starting db: it ended. Next try in 20 s.',
      host: { addresses: '192.168.1.7' },
    })
    await page.getByText('Starting db: it ended. Next try in 20 s.').waitFor()
    const services = page.getByRole('table', { name: 'Services' })
    const web = services.getByRole('row').filter({ hasText: 'web' })
    const db = services.getByRole('row').filter({ hasText: 'db' })
    await web.getByText('42 %').waitFor()
    await db.getByText('exited (exit code 3)').waitFor()
    await db.getByText('could not open the database file').waitFor()
    await page.getByText('192.168.1.7').waitFor()
  })

  it('says why it gave a release up, with what it saw', async () => {
    const fleet = await dashboard.createFleet('given-up')
    const device = await dashboard.addDevice('wary', fleet.provisioningKey)
    const page = await dashboard.open(`/devices/${device.id}`)
    await whenLive(page)
    const rejected = rejectionOf('web')
    await device.report({ activity: 'waiting', apps: { [fleet.id]: { services: {}, rejected } } }, [
      { kind: 'release-rejected', detail: toldOf(rejected) },
    ])
    const card = page.getByRole('region', { name: 'Release given up' })
    await card.getByText('web does not stay up.').waitFor()
    await card.getByText('web ended with exit code 137, three times within 20 seconds.').waitFor()
    await card.getByText('killed for want of memory').waitFor()
    const health = card.getByRole('region', { name: 'What the health check of web printed last' })
    expect(await health.textContent()).toBe('connection refused')
    const log = card.getByRole('region', { name: 'Last log lines of web' })
    expect(await log.textContent()).toBe('starting\n<b>no space left</b>')
    const failing = { releaseId: rejected.releaseId, failures: 3, lastFailure: rejected }
    await device.report({ activity: 'waiting', apps: { [fleet.id]: { services: {}, trial: failing } } })
    await page.getByText('It has failed 3 times, and is tried again').waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    const event = page.getByRole('listitem').filter({ hasText: 'Gave up 2-bad' })
    await event.getByText('web does not stay up.').waitFor()
    await event.getByText('What the device saw').click()
    await event.getByText('killed for want of memory').waitFor()
  })

  it('is renamed, and its history says by whom', async () => {
    const fleet = await dashboard.createFleet('renamed')
    const device = await dashboard.addDevice('old-name', fleet.provisioningKey)
    const page = await dashboard.open(`/devices/${device.id}`)
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('new-name')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { level: 1, name: 'new-name' }).waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    const event = page.getByRole('listitem').filter({ hasText: 'Renamed from old-name to new-name' })
    await event.getByText('by admin@flotilla.local').waitFor()
  })

  it('moves to another fleet', async () => {
    const fleet = await dashboard.createFleet('from-here')
    await dashboard.createFleet('to-there')
    const device = await dashboard.addDevice('mover', fleet.provisioningKey)
    const page = await dashboard.open(`/devices/${device.id}/settings`)
    await page.getByRole('button', { name: 'Move', exact: true }).click()
    await page.getByRole('dialog').getByLabel('New fleet').first().click()
    await page.getByRole('option', { name: 'default/to-there' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Move device' }).click()
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText('to-there').waitFor()
  })

  it('is removed once its name is typed', async () => {
    const fleet = await dashboard.createFleet('removal')
    const device = await dashboard.addDevice('goner', fleet.provisioningKey)
    await dashboard.addDevice('stayer', fleet.provisioningKey)
    const page = await dashboard.open(`/devices/${device.id}/settings`)
    await page.getByRole('button', { name: 'Remove device' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('goner')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove device' }).click()
    await page.waitForURL(`**/fleets/${fleet.id}`)
    await page.getByText('1 device', { exact: true }).waitFor()
  })
})

describe('every page', () => {
  it('fits a phone', async () => {
    const fleet = await dashboard.createFleet('a-fleet-with-quite-a-long-name-for-a-narrow-screen')
    const device = await dashboard.addDevice('a-device-with-quite-a-long-name-too', fleet.provisioningKey)
    await device.report({ ...running(fleet.id, { web: { status: 'running' } }), explanation: 'x'.repeat(300) })
    await device.log({ service: 'web', text: 'y'.repeat(2000) })
    const paths = ['/fleets', `/fleets/${fleet.id}`, `/devices/${device.id}`, '/account']
    for (const tab of ['releases', 'variables', 'settings']) paths.push(`/fleets/${fleet.id}/${tab}`)
    for (const tab of ['logs', 'history', 'variables', 'settings']) paths.push(`/devices/${device.id}/${tab}`)
    const page = await dashboard.open('/fleets', { phone: true })
    for (const path of paths) {
      await dashboard.visit(page, path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('load')
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect([path, Math.max(0, tooWide)]).toEqual([path, 0])
    }
  })
})
