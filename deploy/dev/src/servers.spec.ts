import { beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from './redis.js'
import { startRegistry } from './registry.js'

beforeAll(() => {
  delete process.env.REDIS_URL
})

async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(command)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString()
}

describe('startRedis', () => {
  it('answers on a port of its own until it is stopped', async () => {
    const redis = await startRedis()
    expect(await ask(redis.url, 'PING\r\n')).toBe('+PONG\r\n')
    await redis.stop()
    await expect(ask(redis.url, 'PING\r\n')).rejects.toThrow('ECONNREFUSED')
  })

  it('has as many databases as it is asked for', async () => {
    const redis = await startRedis({ databases: 20 })
    expect(await ask(redis.url, 'SELECT 19\r\n')).toBe('+OK\r\n')
    expect(await ask(redis.url, 'SELECT 20\r\n')).toContain('out of range')
    await redis.stop()
  })

  it('uses the server that REDIS_URL names', async () => {
    process.env.REDIS_URL = 'redis://elsewhere'
    expect((await startRedis()).url).toBe('redis://elsewhere')
    delete process.env.REDIS_URL
  })
})

describe('startRegistry', () => {
  async function upload(url: string, content: string): Promise<Response> {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    const begun = await fetch(`${url}/v2/app/blobs/uploads/`, { method: 'POST' })
    const location = new URL(begun.headers.get('location') ?? '', url)
    location.searchParams.set('digest', digest)
    await fetch(location, { method: 'PUT', body: content, headers: { 'content-type': 'application/octet-stream' } })
    return fetch(`${url}/v2/app/blobs/${digest}`)
  }

  it('keeps blobs over a restart where it has a folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
    const first = await startRegistry({ dataDir })
    const stored = await upload(first.url, 'a layer')
    expect(await stored.text()).toBe('a layer')
    await first.stop()
    const second = await startRegistry({ dataDir })
    const again = await fetch(new URL(new URL(stored.url).pathname, second.url))
    expect(await again.text()).toBe('a layer')
    // Deleting must be allowed: retention needs it.
    expect((await fetch(again.url, { method: 'DELETE' })).status).toBe(202)
    await second.stop()
    rmSync(dataDir, { recursive: true })
  })

  it('asks for a token where it is told who gives them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-spec-'))
    const [key, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=spec',
    ]
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificateFile], { stdio: 'ignore' })
    const realm = 'http://127.0.0.1:8080/registry/v1/token'
    const registry = await startRegistry({
      auth: { realm, service: 'flotilla-registry', issuer: 'flotilla', certificateFile },
    })
    const answer = await fetch(`${registry.url}/v2/`)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="${realm}",service="flotilla-registry"`)
    await registry.stop()
    rmSync(folder, { recursive: true })
  })
})
