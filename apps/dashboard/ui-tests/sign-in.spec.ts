import { describe, expect, it } from '@jest/globals'
import { ADMIN } from './testing/api-process.js'
import { dashboardOfSuites, fillSignIn } from './testing/test-dashboard.js'

const dashboard = dashboardOfSuites()

// Chromium itself writes a line for every answer with an error status.
function expectRefusal(): void {
  const [line, ...more] = dashboard.complaints.splice(0)
  expect(line).toContain('the server responded with a status of 401')
  expect(more).toEqual([])
}

describe('signing in', () => {
  it('leads to the page that was asked for', async () => {
    const { id } = await dashboard.createFleet('asked-for')
    const page = await dashboard.open(`/fleets/${id}?activity=failing`, { signedIn: false })
    await page.waitForURL('**/sign-in?**')
    await fillSignIn(page, ADMIN.password)
    await page.waitForURL(`**/fleets/${id}?activity=failing`)
    await page.getByText('No device fits').waitFor()
  })

  it('says what is wrong with a wrong password, and lets one try again', async () => {
    const page = await dashboard.open('/sign-in', { signedIn: false })
    await fillSignIn(page, 'not the password')
    expect(await page.getByRole('alert').textContent()).toContain('do not belong together')
    expectRefusal()
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('')
    await fillSignIn(page, ADMIN.password)
    await page.waitForURL('**/fleets')
  })

  it('asks for what is missing without asking the server', async () => {
    const page = await dashboard.open('/sign-in', { signedIn: false })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter your email address').waitFor()
    await page.getByText('Enter your password').waitFor()
  })

  it('never leads to another site', async () => {
    const page = await dashboard.open('/sign-in?next=https%3A%2F%2Fexample.com%2F', { signedIn: false })
    await fillSignIn(page, ADMIN.password)
    await page.waitForURL(`${dashboard.url}/fleets`)
  })
})

describe('a session', () => {
  it('ends with signing out, and its pages are closed then', async () => {
    const page = await dashboard.open('/sign-in', { signedIn: false })
    await fillSignIn(page, ADMIN.password)
    await page.getByRole('button', { name: `Signed in as ${ADMIN.email}` }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await dashboard.visit(page, '/fleets')
    await page.waitForURL('**/sign-in?next=**')
  })

  it('that ends meanwhile leads back to where one was', async () => {
    const page = await dashboard.open('/sign-in', { signedIn: false })
    await fillSignIn(page, ADMIN.password)
    await page.getByRole('link', { name: 'Account and tokens' }).click()
    await page.getByRole('heading', { name: 'Account and tokens' }).waitFor()
    await page.request.post(`${dashboard.url}/api/v1/auth/logout`, { headers: { Origin: dashboard.url } })
    await page.getByRole('button', { name: 'Create token' }).click()
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('dialog').getByRole('button', { name: 'Create token' }).click()
    await page.waitForURL('**/sign-in?next=**')
    expectRefusal()
    await fillSignIn(page, ADMIN.password)
    await page.waitForURL('**/account')
  })
})

describe('the colours', () => {
  it('follow the system until chosen, and the choice stays', async () => {
    const page = await dashboard.open('/fleets', { colorScheme: 'dark' })
    const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme')
    expect(await scheme()).toBe('dark')
    await page.getByRole('radio', { name: 'Light' }).locator('..').click()
    await page.locator('html[data-mantine-color-scheme="light"]').waitFor()
    await page.reload()
    expect(await scheme()).toBe('light')
  })
})
