import { describe, expect, it } from '@jest/globals'
import { dashboardOfSuites } from './testing/test-dashboard.js'

const dashboard = dashboardOfSuites()

describe('fleets', () => {
  it('are created from nothing, and say how to push the first app', async () => {
    const page = await dashboard.open('/fleets')
    await page.getByRole('button', { name: 'Create your first fleet' }).click()
    await page.getByLabel('Name').fill('weather')
    await page.getByRole('dialog').getByRole('button', { name: 'Create fleet' }).click()
    await page.waitForURL(/\/fleets\/[0-9a-f-]{36}$/)
    await page.getByText('git push flotilla HEAD:main').waitFor()
    await page.getByRole('button', { name: 'Copy git commands' }).click()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(`git remote add flotilla ${dashboard.url}/git/default/weather.git\ngit push flotilla HEAD:main`)
  })

  it('say at the field what is wrong with a name, before and after asking the server', async () => {
    await dashboard.createFleet('taken')
    const page = await dashboard.open('/fleets')
    await page.getByRole('button', { name: 'Create fleet' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Weather Station')
    await dialog.getByRole('button', { name: 'Create fleet' }).click()
    await dialog.getByText('use lower-case letters, digits and inner hyphens').waitFor()
    await dialog.getByLabel('Name').fill('taken')
    await dialog.getByRole('button', { name: 'Create fleet' }).click()
    expect(await dialog.getByRole('alert').textContent()).toContain('taken')
    expect(dashboard.complaints.splice(0)).toEqual([expect.stringContaining('status of 409')])
  })

  it('show how many of their devices are there, as they come', async () => {
    const { provisioningKey } = await dashboard.createFleet('counted')
    const page = await dashboard.open('/fleets')
    const card = page.getByRole('article').filter({ hasText: 'counted' })
    await card.getByText('None yet').waitFor()
    await page.getByText('Live', { exact: true }).filter({ visible: true }).waitFor()
    const device = await dashboard.addDevice('first', provisioningKey)
    await device.report({ activity: 'settled' })
    await card.getByText('1 of 1 device online').waitFor()
  })

  it('show that devices are failing, and which', async () => {
    const { provisioningKey } = await dashboard.createFleet('troubled')
    const [sick, well] = [
      await dashboard.addDevice('sick', provisioningKey),
      await dashboard.addDevice('well', provisioningKey),
    ]
    await well.report({ activity: 'settled' })
    await sick.report({ activity: 'failing' })
    const page = await dashboard.open('/fleets')
    const card = page.getByRole('article').filter({ hasText: 'troubled' })
    await card.getByText('1 failing').waitFor()
    await card.getByRole('link', { name: 'troubled' }).click()
    await page.getByText('1 failing').waitFor()
    await page.getByRole('link', { name: 'well' }).waitFor()
    await page.getByRole('combobox', { name: 'Activity' }).click()
    await page.getByRole('option', { name: 'Failing' }).click()
    await page.getByRole('link', { name: 'well' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'sick' }).waitFor()
  })
})

describe('an address', () => {
  it('with a mistyped id leads to nothing, and back to the fleets', async () => {
    const page = await dashboard.open('/fleets')
    for (const path of ['/fleets/weather', '/devices/roof/logs', '/releases/1']) {
      await page.goto(dashboard.url + path)
      await page.getByText('Nothing is here').waitFor()
    }
    await page.getByRole('link', { name: 'To the fleets' }).click()
    await page.waitForURL('**/fleets')
  })

  it('shows that it loads while the server takes its time', async () => {
    const page = await dashboard.open('/fleets')
    let answerNow = () => {}
    const mayAnswer = new Promise<void>((resolve) => (answerNow = resolve))
    await page.route('**/api/v1/auth/whoami', (route) => mayAnswer.then(() => route.continue()))
    await page.reload({ waitUntil: 'commit' })
    await page.getByRole('status', { name: 'Loading' }).waitFor()
    answerNow()
    await page.getByRole('heading', { name: 'Fleets' }).waitFor()
  })
})

describe('a provisioning key', () => {
  it('is shown once, with the command for the board', async () => {
    const { id } = await dashboard.createFleet('keys')
    const page = await dashboard.open(`/fleets/${id}/settings`)
    await page.getByRole('button', { name: 'Create key' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Workshop')
    await dialog.getByLabel('Boards').fill('2')
    await dialog.getByRole('button', { name: 'Create key' }).click()
    const key = (await dialog.getByTestId('secret').textContent()) ?? ''
    expect(await dialog.getByLabel('Commands').textContent()).toBe(
      `curl -fsSL '${dashboard.url}/install.sh?key=${key}' | sudo sh\n`,
    )
    await dashboard.addDevice('from-the-workshop', key)
    await dialog.getByRole('button', { name: 'Done' }).click()
    await dialog.waitFor({ state: 'detached' })
    const row = page.getByRole('row').filter({ hasText: 'Workshop' })
    await row.getByText('1 of 2').waitFor()
    expect((await page.content()).includes(key)).toBe(false)
    await page.reload()
    await row.waitFor()
    expect((await page.content()).includes(key)).toBe(false)
  })

  it('that is revoked says so', async () => {
    const { id } = await dashboard.createFleet('revoked')
    const page = await dashboard.open(`/fleets/${id}/settings`)
    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click()
    await page.getByRole('row').filter({ hasText: 'tests' }).getByText('Revoked').waitFor()
  })
})

describe('the settings of a fleet', () => {
  it('are saved, and a fleet without devices is deleted when its name is typed', async () => {
    const { id } = await dashboard.createFleet('short-lived')
    const page = await dashboard.open(`/fleets/${id}/settings`)
    await page.getByLabel('Deploy branch').fill('production')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByText('deploys production').waitFor()
    await page.getByRole('button', { name: 'Delete fleet' }).click()
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete fleet' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByRole('dialog').getByRole('textbox').fill('short-lived')
    await confirm.click()
    await page.waitForURL('**/fleets')
    await page.getByText('The fleet short-lived is deleted.').waitFor()
    await page.getByRole('article').filter({ hasText: 'short-lived' }).waitFor({ state: 'detached' })
  })
})
