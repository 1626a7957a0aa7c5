import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import axe, { type AxeResults } from 'axe-core'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { eventually } from '../../testing/eventually.js'
import { bundleText } from '../../testing/recorded-intake.js'
import { UploadScene } from '../../testing/upload-scene.js'

// Without anything that would look for the network.
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync']
const PAGE = new URL('bundle-page.html', import.meta.url).pathname
const READ_PAGE: string = new URL('../../../read-page.mjs', import.meta.url).pathname
const MB = 1024 * 1024
// A browser shares the machine with other tests.
const PATIENCE_MS = 120_000

describe('the page of the door to the local network', () => {
  let browser: Browser
  let folder: string
  let html: string
  beforeAll(async () => {
    const { readPage } = (await import(READ_PAGE)) as { readPage(path: string): Promise<string> }
    html = await readPage(PAGE)
    folder = await mkdtemp(join(tmpdir(), 'fpage-'))
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS, timeout: PATIENCE_MS })
  })
  afterAll(async () => {
    await browser.close()
    await rm(folder, { recursive: true })
  })
  let scene: UploadScene
  let page: Page
  let complaints: string[]
  beforeEach(async () => {
    scene = await UploadScene.start({ page: html })
    complaints = []
    page = await browser.newPage({ viewport: { width: 390, height: 844 } })
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => void complaints.push(String(error)))
    page.on('request', (request) => void (request.url().startsWith(scene.url) || complaints.push(request.url())))
  })
  afterEach(async () => {
    await page.context().close()
    await scene.stop()
  })

  async function choose(bytes: Buffer): Promise<void> {
    const path = join(folder, 'update.flotilla')
    await writeFile(path, bytes)
    await page.goto(scene.url)
    await page.getByLabel('Bundle (a file that ends with .flotilla)').setInputFiles(path)
  }
  const send = () => page.getByRole('button', { name: 'Send it to the board' }).click()
  const says = (text: string | RegExp) => page.getByText(text).waitFor()

  it('says what the board runs, sends it a bundle, and follows it until it runs', async () => {
    const release = { id: '11111111-1111-4111-8111-111111111111', version: '1.4.0' }
    scene.says = { fleet: { name: 'weather', organization: 'acme' }, running: [{ app: 'weather', release }] }
    const bytes = bundleText({ sizeBytes: 5 * MB + 5 })
    await choose(bytes)
    await Promise.all([
      says('porch'),
      says('Fleet acme/weather'),
      says('weather: release 1.4.0'),
      says(/room for 933 MB/),
    ])
    await send()
    await says('The board has it: its images go into the engine, 0 kB of 5.2 MB.')
    const [name = ''] = scene.intake.offered
    expect(name).toMatch(/^update\.flotilla \(sent/)
    expect((await scene.intake.read(name)).equals(bytes)).toBe(true)
    scene.intake.finish(name)
    await says('The board has it: its images are on the board; it is being started.')
    scene.intake.finish(name, true)
    await says('Done: the board runs 2.0.0.')
    await says('release 2.0.0: runs.')
    expect(complaints).toEqual([])
  })

  it('says why the board does not take it', async () => {
    await choose(bundleText({ code: 'other-fleet', sizeBytes: 6 * MB }))
    await send()
    await says('The board does not take it: It says other-fleet.')
    expect(await scene.files()).toEqual([])
    expect(await page.getByRole('button', { name: 'Send it to the board' }).isVisible()).toBe(true)
  })

  it('tries again while the board is out of reach, pauses when it is told to, and goes on where it was', async () => {
    const bytes = bundleText({ sizeBytes: 10 * MB })
    await choose(bytes)
    const link = { isCut: true, pieces: 0 }
    await page.route('**/flotilla/v1/bundle', (route) => {
      const isPiece = route.request().method() === 'POST'
      return isPiece && link.isCut && ++link.pieces > 2 ? route.abort() : route.continue()
    })
    await send()
    await says(/The board cannot be reached\. Trying again\./)
    const { upload } = await scene.board()
    expect(upload?.receivedBytes).toBe(8 * MB)
    await page.getByRole('button', { name: 'Pause' }).click()
    await says('Paused. What was sent is kept for a day.')
    link.isCut = false
    await send()
    await eventually(() => scene.intake.offered.length === 1)
    expect((await scene.intake.read(scene.intake.offered[0]!)).equals(bytes)).toBe(true)
  })

  it.each(['light', 'dark'] as const)('can be used by everybody (%s)', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    await choose(bundleText({ code: 'bad-signature' }))
    await send()
    await says(/^The board does not take it/)
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<AxeResults>('axe.run(document)')
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html: of }) => of).join()}`)).toEqual([])
    const wide = await page.evaluate('document.documentElement.scrollWidth')
    expect(wide).toBeLessThanOrEqual(390)
  })
})
