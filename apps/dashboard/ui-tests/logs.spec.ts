import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { dashboardOfSuites } from './testing/test-dashboard.js'
import type { TestDevice } from './testing/test-device.js'

const dashboard = dashboardOfSuites()

async function openLog(device: TestDevice): Promise<Page> {
  const page = await dashboard.open(`/devices/${device.id}/logs`)
  await page.getByText('Following').first().waitFor()
  return page
}

describe('the log of a device', () => {
  let key: string
  beforeAll(async () => {
    key = (await dashboard.createFleet('logging')).provisioningKey
  })

  it('grows as the device sends it', async () => {
    const device = await dashboard.addDevice('talker', key)
    await device.log({ service: 'web', text: 'said before' })
    const page = await openLog(device)
    await page.getByText('said before').waitFor()
    await device.log({ service: 'web', text: 'said now' }, { stream: 'system', text: 'Started web.' })
    await page.getByText('said now').waitFor()
    await page.getByText('Started web.').waitFor()
    await page.getByText('3 lines').waitFor()
  })

  it('shows colours, and takes nothing for HTML', async () => {
    const device = await dashboard.addDevice('painter', key)
    await device.log({ service: 'web', text: '\u001b[31mred\u001b[0m <img src=x onerror=alert(1)>' })
    const page = await openLog(device)
    const red = page.getByText('red', { exact: true })
    await red.waitFor()
    expect(await red.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(255, 128, 120)')
    await page.getByText('<img src=x onerror=alert(1)>').waitFor()
    expect(await page.getByRole('log').locator('img').count()).toBe(0)
  })

  it('is narrowed to a service and searched', async () => {
    const device = await dashboard.addDevice('sorter', key)
    const page = await openLog(device)
    await device.report({ apps: { [crypto.randomUUID()]: { services: { web: { status: 'running' } } } } })
    await device.log(
      { service: 'web', text: 'a request' },
      { service: 'db', text: 'a query' },
      { service: 'web', text: 'needle' },
    )
    const log = page.getByRole('log')
    await log.getByText('a query').waitFor()
    await page.getByLabel('Find in lines').fill('NEEDLE')
    await log.getByText('a query').waitFor({ state: 'detached' })
    expect(await log.locator('mark').textContent()).toBe('needle')
    await dashboard.visit(page, `/devices/${device.id}/logs?service=db`)
    await log.getByText('a query').waitFor()
    expect(await log.getByText('a request').count()).toBe(0)
    await device.log({ service: 'web', text: 'unheard' }, { service: 'db', text: 'heard' })
    await log.getByText('heard', { exact: true }).waitFor()
    expect(await log.getByText('unheard').count()).toBe(0)
  })

  it('holds still while one reads further up, and goes on when asked', async () => {
    const device = await dashboard.addDevice('streamer', key)
    await device.log(...Array.from({ length: 900 }, (_, at) => ({ service: 'web', text: `line ${at}` })))
    const page = await openLog(device)
    const log = page.getByRole('log')
    await log.getByText('line 899').waitFor()
    await log.hover()
    await page.mouse.wheel(0, -1500)
    await page.getByRole('button', { name: 'Follow' }).waitFor()
    await device.log({ service: 'web', text: 'the newest' })
    await page.getByRole('button', { name: '1 new line' }).click()
    await log.getByText('the newest').waitFor()
    // What came before the first page is fetched when one scrolls to it.
    await log.evaluate((element) => element.scrollTo(0, 0))
    await page.getByText('901 lines').waitFor()
  })
})
