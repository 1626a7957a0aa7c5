import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestApi, type TestApi } from '../testing/test-api.js'

const PAGE = '<!doctype html><title>Flotilla</title>'

describe('the dashboard', () => {
  let api: TestApi
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flotilla-dashboard-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), PAGE)
    await writeFile(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    await writeFile(join(folder, 'assets', 'index-3f2c1ab.js'), `console.log('${'x'.repeat(4096)}')`)
    api = await createTestApi({ DASHBOARD_DIR: folder })
  })
  afterAll(async () => {
    await api.close()
    await rm(folder, { recursive: true, force: true })
  })

  const browse = (path: string, init: RequestInit = {}) =>
    fetch(api.url + path, { ...init, headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })

  it('is at every address that a browser opens, fresh each time', async () => {
    for (const path of ['/', '/fleets/default/weather', '/devices/some.device?tab=logs', '/index.html']) {
      const answer = await browse(path)
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, PAGE])
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      expect(answer.headers.get('content-type')).toContain('text/html')
    }
  })

  it('lets browsers keep its assets for ever, and compresses them', async () => {
    const answer = await fetch(`${api.url}/assets/index-3f2c1ab.js`)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect((await fetch(`${api.url}/favicon.svg`)).headers.get('cache-control')).toBe('no-cache')
  })

  it('may load nothing from elsewhere, and be framed by nobody', async () => {
    const policy = (await browse('/')).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('upgrade-insecure-requests')
    expect(policy).not.toContain('https:')
  })

  it('does not stand in for missing things of programs', async () => {
    for (const answer of [
      await browse('/api/v1/nothing'),
      await browse('/api/v2/fleets'),
      await browse('/device/v1/nothing'),
      await browse('/registry/nothing'),
      await browse('/fleets', { method: 'POST' }),
      await fetch(`${api.url}/assets/gone-1234567.js`),
    ]) {
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
  })

  it('gives no file of any other folder', async () => {
    for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%5c..%5cetc']) {
      expect(await (await browse(path)).text()).not.toContain('root:')
    }
  })
})

describe('without a built dashboard', () => {
  it('says that there is nothing', async () => {
    const api = await createTestApi({ DASHBOARD_DIR: '/nowhere/at/all' })
    const answer = await fetch(api.url, { headers: { Accept: 'text/html' } })
    expect(answer.status).toBe(404)
    expect(((await answer.json()) as { code: string }).code).toBe('route-not-found')
    await api.close()
  })
})
