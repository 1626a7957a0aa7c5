import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { dashboardOfSuites } from './testing/test-dashboard.js'

const dashboard = dashboardOfSuites()

async function add(page: Page, { name, value, secret }: { name: string; value: string; secret?: boolean }) {
  await page.getByRole('button', { name: 'Add variable' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Value').fill(value)
  if (secret) await dialog.getByRole('switch', { name: 'Secret' }).click()
  await dialog.getByRole('button', { name: 'Save variable' }).click()
  await dialog.waitFor({ state: 'detached' })
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

describe('variables', () => {
  it('are added, changed and deleted', async () => {
    const { id } = await dashboard.createFleet('changing')
    const page = await dashboard.open(`/fleets/${id}/variables`)
    await add(page, { name: 'LOG_LEVEL', value: 'debug' })
    await row(page, 'LOG_LEVEL').getByText('debug').waitFor()
    await page.getByRole('button', { name: 'Change LOG_LEVEL' }).click()
    await page.getByRole('dialog').getByLabel('Value').fill('warn')
    await page.getByRole('button', { name: 'Save variable' }).click()
    await row(page, 'LOG_LEVEL').getByText('warn').waitFor()
    await page.getByRole('button', { name: 'Delete LOG_LEVEL' }).click()
    await page.getByRole('button', { name: 'Delete variable' }).click()
    await page.getByText('No variable yet').waitFor()
  })

  it('that are secret are never shown again', async () => {
    const { id } = await dashboard.createFleet('secretive')
    const page = await dashboard.open(`/fleets/${id}/variables`)
    await add(page, { name: 'API_TOKEN', value: 'open-sesame', secret: true })
    await row(page, 'API_TOKEN').getByLabel('Secret, not shown').waitFor()
    expect((await page.content()).includes('open-sesame')).toBe(false)
    await page.getByRole('button', { name: 'Change API_TOKEN' }).click()
    expect(await page.getByRole('dialog').getByLabel('Value').inputValue()).toBe('')
  })

  it('refuse a name that no shell takes', async () => {
    const { id } = await dashboard.createFleet('strict')
    const page = await dashboard.open(`/fleets/${id}/variables`)
    await page.getByRole('button', { name: 'Add variable' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('1ST')
    await page.getByRole('button', { name: 'Save variable' }).click()
    await page.getByText('Use letters, digits and underscores, not starting with a digit').waitFor()
  })

  it('of a fleet reach its devices, which may have their own instead', async () => {
    const fleet = await dashboard.createFleet('inheriting')
    const device = await dashboard.addDevice('heir', fleet.provisioningKey)
    const body = { fleetId: fleet.id, name: 'TZ', value: 'Europe/Berlin' }
    await dashboard.client.PUT('/api/v1/variables', { body })
    const page = await dashboard.open(`/devices/${device.id}/variables`)
    await row(page, 'Europe/Berlin').getByText('from the fleet').waitFor()
    await page.getByRole('button', { name: 'Override' }).click()
    await page.getByRole('dialog').getByLabel('Value').fill('Atlantic/Azores')
    await page.getByRole('button', { name: 'Save variable' }).click()
    await row(page, 'Atlantic/Azores').waitFor()
    await row(page, 'Europe/Berlin').getByText('fleet, overridden').waitFor()
  })
})
