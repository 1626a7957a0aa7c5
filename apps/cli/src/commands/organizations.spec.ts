import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MOMENT_AGO } from '../testing/age.js'
import { Terminal } from '../testing/terminal.js'

describe('org', () => {
  const terminal = new Terminal()
  const name = `acme-${randomBytes(4).toString('hex')}`
  const email = `${randomBytes(4).toString('hex')}@example.com`
  beforeAll(() => terminal.signIn())
  afterAll(() => terminal.close())

  it('create makes an organization, which list and show know', async () => {
    expect(await terminal.ok('org', 'create', name, '--title', 'Acme Weather')).toBe(`Made the organization ${name}.\n`)
    expect(await terminal.ok('org', 'list')).toMatch(new RegExp(`^${name} +Acme Weather +${MOMENT_AGO}$`, 'm'))
    expect(await terminal.ok('org', 'show', name)).toMatch(/^title +Acme Weather$/m)
    expect(await terminal.json('org', 'show', name)).toMatchObject({ name, title: 'Acme Weather' })
    expect(await terminal.json<unknown[]>('org', 'list')).toContainEqual(expect.objectContaining({ name }))
  })

  it('create of a name that is taken is a conflict', async () => {
    const ran = await terminal.run(['org', 'create', name])
    expect(ran).toMatchObject({ status: 5, stdout: '' })
    expect(ran.stderr).toContain(name)
  })

  it('create of a name that is none says which member is wrong', async () => {
    const ran = await terminal.run(['org', 'create', 'Not A Name'])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('/name: use lower-case letters')
  })

  it('show of one that is not there says so', async () => {
    expect((await terminal.run(['org', 'show', 'nowhere'])).status).toBe(4)
  })

  it('members come, change and go', async () => {
    const add = ['org', 'members', 'add', name, email, '--role', 'observer', '--password-stdin']
    const added = await terminal.run(add, { stdin: 'a new password' })
    expect(added).toEqual({ status: 0, stdout: `${email} is now observer in ${name}.\n`, stderr: '' })
    const other = new Terminal()
    const login = ['login', other.server.url, '--email', email, '--password-stdin']
    expect((await other.run(login, { stdin: 'a new password' })).status).toBe(0)
    const refused = await other.run(['org', 'members', 'remove', name, terminal.server.email, '--yes'])
    expect(refused.status).toBe(3)
    other.close()

    expect(await terminal.ok('org', 'members', 'change', name, email, '--role', 'operator')).toContain('operator')
    expect(await terminal.ok('org', 'members', 'list', name)).toMatch(new RegExp(`^${email} .* operator `, 'm'))
    const removed = await terminal.run(['org', 'members', 'remove', name, email.toUpperCase(), '--yes'])
    expect(removed.stdout).toBe(`${email} is no longer in ${name}.\n`)
    expect(await terminal.json<unknown[]>('org', 'members', 'list', name)).toHaveLength(1)
    expect((await terminal.run(['org', 'members', 'remove', name, email, '--yes'])).status).toBe(4)
  })

  it('members add wants a password for a new person', async () => {
    const ran = await terminal.run(['org', 'members', 'add', name, `x${email}`, '--role', 'observer'])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('password')
  })
})

describe('token', () => {
  const terminal = new Terminal()
  beforeAll(() => terminal.signIn())
  afterAll(() => terminal.close())

  it('create shows the token once, which works until it is revoked', async () => {
    const ran = await terminal.run(['token', 'create', 'ci', '--role', 'observer', '--expires', '2d'])
    const token = ran.stdout.trim()
    expect(ran.stderr).toContain('only this once')
    const env = { FLOTILLA_SERVER: terminal.server.url, FLOTILLA_TOKEN: token }
    const anybody = new Terminal()
    expect((await anybody.run(['whoami'], { env })).status).toBe(0)
    expect((await anybody.run(['org', 'create', 'not-allowed'], { env })).status).toBe(3)

    const listed = await terminal.ok('token', 'list')
    expect(listed).toMatch(/^ci +flt\S+… +observer +in [12] d/m)
    expect(listed).not.toContain(token)
    expect(await terminal.ok('token', 'revoke', 'ci', '--yes')).toBe('Revoked the token ci.\n')
    expect((await anybody.run(['whoami'], { env })).status).toBe(3)
    expect((await terminal.run(['token', 'revoke', 'ci', '--yes'])).status).toBe(4)
    anybody.close()
  })

  it('revoke asks which one where a name fits several', async () => {
    const first = await terminal.json<{ id: string }>('token', 'create', 'twice')
    const second = await terminal.json<{ id: string }>('token', 'create', 'twice')
    const ran = await terminal.run(['token', 'revoke', 'twice', '--yes', '--json'])
    expect(ran.status).toBe(2)
    expect(JSON.parse(ran.stderr)).toMatchObject({
      code: 'token-ambiguous',
      candidates: expect.arrayContaining([expect.stringContaining(first.id)]) as unknown,
      exitCode: 2,
    })
    for (const { id } of [first, second]) await terminal.ok('token', 'revoke', id, '--yes')
  })
})
