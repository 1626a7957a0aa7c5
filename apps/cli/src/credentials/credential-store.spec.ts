import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CredentialStore } from './credential-store.js'

const server = { token: 'flt_secret', email: 'ann@example.com', kind: 'session' as const }

describe('CredentialStore', () => {
  let folder: string
  let store: CredentialStore

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-credentials-'))
    store = new CredentialStore(join(folder, 'a', 'flotilla', 'config.json'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is empty before the first sign-in', async () => {
    expect(await store.read()).toEqual({ servers: {} })
  })

  it('keeps several servers, the last one current, for the eyes of its owner alone', async () => {
    await store.save('https://one.example.com', server)
    await store.save('https://two.example.com', { ...server, token: 'other' })
    expect(await store.read()).toEqual({
      current: 'https://two.example.com',
      servers: { 'https://one.example.com': server, 'https://two.example.com': { ...server, token: 'other' } },
    })
    expect(statSync(store.file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(store.file)).mode & 0o777).toBe(0o700)
    expect(readdirSync(dirname(store.file))).toEqual(['config.json'])
  })

  it('goes on with another server when the current one is forgotten', async () => {
    await store.save('https://one.example.com', server)
    await store.save('https://two.example.com', server)
    await store.forget('https://two.example.com')
    expect(await store.read()).toEqual({
      current: 'https://one.example.com',
      servers: { 'https://one.example.com': server },
    })
  })

  it.each(['{', '[]', '{"servers": {"https://one.example.com": {}}}'])(
    'says what to do with a file that holds %s, and leaves it alone',
    async (text) => {
      await store.save('https://one.example.com', server)
      writeFileSync(store.file, text)
      await expect(store.read()).rejects.toMatchObject({
        code: 'credentials-unreadable',
        more: { hint: expect.stringContaining('flotilla login') as unknown },
      })
      await expect(store.save('https://two.example.com', server)).rejects.toThrow(store.file)
      expect(readFileSync(store.file, 'utf8')).toBe(text)
    },
  )

  it('says what to do where it cannot write', async () => {
    symlinkSync(join(folder, 'nowhere', 'at-all'), join(folder, 'link'))
    const nowhere = new CredentialStore(join(folder, 'link', 'config.json'))
    await expect(nowhere.save('https://one.example.com', server)).rejects.toMatchObject({
      code: 'credentials-unwritable',
      more: { hint: expect.stringContaining('FLOTILLA_TOKEN') as unknown },
    })
  })
})
