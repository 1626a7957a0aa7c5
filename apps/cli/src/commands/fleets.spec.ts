import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { MOMENT_AGO } from '../testing/age.js'
import { Terminal } from '../testing/terminal.js'

const unique = (name: string) => `${name}-${randomBytes(4).toString('hex')}`

describe('fleet', () => {
  const terminal = new Terminal()
  const org = unique('acme')
  beforeAll(async () => {
    await terminal.signIn()
    await terminal.ok('org', 'create', org)
  })
  afterAll(() => terminal.close())

  it('create makes a fleet and says what comes next', async () => {
    const name = unique('weather')
    const words = ['--branch', 'production', '--platform', 'linux/arm64', '--platform', 'linux/amd64']
    const ran = await terminal.run(['fleet', 'create', `${org}/${name}`, ...words])
    expect(ran.stdout).toBe(`Made the fleet ${org}/${name}.\n`)
    expect(ran.stderr).toContain(`flotilla push --fleet ${org}/${name}`)
    expect(await terminal.json('fleet', 'show', name)).toMatchObject({
      organization: org,
      name,
      deployBranch: 'production',
      platforms: expect.arrayContaining(['linux/arm64', 'linux/amd64']) as unknown,
    })
    const shown = await terminal.ok('fleet', 'show', `${org}/${name}`)
    expect(shown).toMatch(/^release +none yet$/m)
    expect(shown).toMatch(/^devices +0, 0 online$/m)
    expect(await terminal.ok('fleet', 'list', '--org', org)).toMatch(
      new RegExp(`^${org}/${name} +0 +0 +- +production`, 'm'),
    )
    expect((await terminal.run(['fleet', 'create', `${org}/${name}`])).status).toBe(5)
  })

  it('create wants an organization where there are several', async () => {
    const ran = await terminal.run(['fleet', 'create', 'lonely'])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('organization/lonely')
  })

  it('is found by its name where that is unique, by its id, and else is an error that lists what it could be', async () => {
    const other = unique('umbrella')
    const name = unique('twin')
    await terminal.ok('org', 'create', other)
    const { id } = await terminal.json<{ id: string }>('fleet', 'create', `${org}/${name}`)
    expect(await terminal.json('fleet', 'show', name)).toMatchObject({ id })
    await terminal.ok('fleet', 'create', `${other}/${name}`)
    const ran = await terminal.run(['fleet', 'show', name])
    expect(ran).toMatchObject({ status: 2, stdout: '' })
    expect(ran.stderr).toContain(`  ${org}/${name}\n  ${other}/${name}\n`)
    expect(await terminal.json('fleet', 'show', id)).toMatchObject({ id })
    expect(await terminal.json('fleet', 'show', `${org}/${name}`)).toMatchObject({ id })
  })

  it.each([['nowhere'], ['nowhere/nothing'], ['00000000-0000-4000-8000-000000000000']])(
    'that is not there (%s) is not found',
    async (name) => {
      const ran = await terminal.run(['fleet', 'show', name, '--json'])
      expect(ran).toMatchObject({ status: 4, stdout: '' })
      expect(JSON.parse(ran.stderr)).toMatchObject({ code: 'fleet-not-found', exitCode: 4 })
    },
  )

  it('update changes what it is told to, and something must be told', async () => {
    const name = unique('old')
    await terminal.ok('fleet', 'create', `${org}/${name}`)
    const after = await terminal.json('fleet', 'update', name, '--name', `new-${name}`, '--branch', 'live')
    expect(after).toMatchObject({ name: `new-${name}`, deployBranch: 'live', platforms: [] })
    expect((await terminal.run(['fleet', 'update', `new-${name}`])).status).toBe(2)
  })

  it('delete asks first, and does nothing where nobody answers', async () => {
    const name = unique('gone')
    await terminal.ok('fleet', 'create', `${org}/${name}`)
    const unasked = await terminal.run(['fleet', 'delete', name])
    expect(unasked.status).toBe(2)
    expect(unasked.stderr).toContain('--yes')
    const no = await terminal.run(['fleet', 'delete', name], { answers: [['Delete', 'n']] })
    expect(no.status).toBe(1)
    expect(no.stderr).toContain('Nothing was changed.')
    await terminal.ok('fleet', 'show', name)
    const yes = await terminal.run(['fleet', 'delete', name], { answers: [['Delete', 'y']] })
    expect(yes).toMatchObject({ status: 0, stdout: `Deleted the fleet ${org}/${name}.\n` })
    expect((await terminal.run(['fleet', 'show', name])).status).toBe(4)
  })

  it('pin of a release that is not there changes nothing', async () => {
    const name = unique('pinned')
    await terminal.ok('fleet', 'create', `${org}/${name}`)
    expect((await terminal.run(['fleet', 'pin', name, '1.0.0'])).status).toBe(4)
    expect(await terminal.ok('fleet', 'unpin', name)).toContain('follows its newest release')
  })

  describe('provisioning-key', () => {
    it('create prints the key once; list and revoke know it without', async () => {
      const name = unique('keys')
      await terminal.ok('fleet', 'create', `${org}/${name}`)
      const words = ['--name', 'factory', '--uses', '3', '--expires', '12h']
      const made = await terminal.run(['provisioning-key', 'create', name, ...words])
      const key = made.stdout.trim()
      expect(made.stderr).toContain('only this once')
      expect(made.stderr).toContain(`/install.sh?key=${key}' | sudo sh\n`)
      const listed = await terminal.ok('provisioning-key', 'list', name)
      expect(listed).toMatch(/^factory +\S+… +0 of 3 +valid, expires in 1[12] h/m)
      expect(listed).not.toContain(key)
      const [{ id } = { id: '' }] = await terminal.json<{ id: string }[]>('provisioning-key', 'list', name)
      expect((await terminal.run(['provisioning-key', 'revoke', id])).status).toBe(2)
      await terminal.ok('provisioning-key', 'revoke', id, '--yes')
      expect(await terminal.ok('provisioning-key', 'list', name)).toMatch(new RegExp(`revoked ${MOMENT_AGO}`))
    })
  })
})
