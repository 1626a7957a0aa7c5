import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../testing/eventually.js'
import { VersionsFolder } from '../testing/versions-folder.js'

const saying = (word: string) => `console.log('${word}')\n`
const crashing = `console.log('crashing')\nprocess.exit(1)\n`
const staying = `setInterval(() => {}, 1000)\nconsole.log('staying')\n`

describe('the launcher of the supervisor', () => {
  let folder: VersionsFolder
  let former: string
  let server: Server | undefined
  beforeEach(async () => {
    folder = await VersionsFolder.make()
    former = await folder.put('1.0.0', saying('former'))
    await folder.link('current', former)
    server = undefined
  })
  afterEach(async () => {
    server?.closeAllConnections()
    server?.close()
    await folder.remove()
  })

  /** A new version as SelfUpdate leaves it for the next start. */
  async function onTrial(program: string): Promise<string> {
    const name = await folder.put('2.0.0', program)
    await folder.link('previous', former)
    await folder.link('trial', name)
    await folder.link('current', name)
    return name
  }

  const start = () => folder.launch().output

  async function serve(body: string | (() => string)): Promise<{ url: string; count: () => number }> {
    let count = 0
    server = createServer((_, response) => {
      count++
      response.end(typeof body === 'string' ? body : body())
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count }
  }

  it('starts what is current, as often as it ends', async () => {
    for (let time = 0; time < 8; time++) expect(await start()).toBe('former')
    expect(await folder.named('current')).toBe(former)
  })

  it('gives a new version that crashes five more starts, and then returns to the former one and says why', async () => {
    const bad = await onTrial(crashing)
    const words: string[] = []
    for (let time = 0; time < 7; time++) words.push(await start())
    expect(words).toEqual([...Array.from({ length: 5 }, () => 'crashing'), 'former', 'former'])
    expect([await folder.named('current'), await folder.named('returned')]).toEqual([former, bad])
    expect(await folder.read('returned-why')).toContain('ended by itself 5 times')
    expect(await folder.named('trial')).toBeUndefined()
  })

  it('never returns from a version that has proven itself', async () => {
    const name = await folder.put('2.0.0', crashing)
    await folder.link('previous', former)
    await folder.link('current', name)
    for (let time = 0; time < 8; time++) expect(await start()).toBe('crashing')
  })

  it('does not take power cuts for crashes, but returns from a version with which the board starts over and over', async () => {
    await onTrial(saying('new'))
    const words: string[] = []
    for (let boot = 0; boot < 12; boot++) {
      words.push(await start())
      const [, failures, boots] = (await folder.read('trial-starts').catch(() => '- 0 0')).split(' ')
      await writeFile(join(folder.path, 'trial-starts'), `another-boot-${boot} ${failures} ${boots}`)
    }
    expect(words.filter((word) => word === 'new')).toHaveLength(10)
    expect(words.at(-1)).toBe('former')
    expect(await folder.read('returned-why')).toContain('the board started')
  })

  it('starts the former version where the current one is damaged on the disk, and holds nothing against it', async () => {
    const name = await folder.put('2.0.0', saying('new'))
    await folder.link('previous', former)
    await folder.link('current', name)
    await truncate(join(folder.path, 'versions', name, 'supervisor.mjs'), 0)
    expect(await start()).toBe('former')
    expect(await folder.named('current')).toBe(former)
    expect(await folder.named('returned')).toBeUndefined()
  })

  it('fetches a damaged version again where there is no other', async () => {
    const { url } = await serve(saying('former'))
    const file = join(folder.path, 'versions', former, 'supervisor.mjs')
    await writeFile(file, saying('damaged'))
    await writeFile(`${file}.sha256`, '')
    expect(await folder.launch({ FLOTILLA_SERVER_URL: url }).output).toBe('former')
    expect(await start()).toBe('former')
  })

  it('takes nothing else for the version that it fetches', async () => {
    const { url } = await serve(saying('something else'))
    const file = join(folder.path, 'versions', former, 'supervisor.mjs')
    await writeFile(file, saying('changed'))
    expect(await folder.launch({ FLOTILLA_SERVER_URL: url }).output).toBe('changed')
  })

  it('starts what is current where all are damaged, since there is nothing better', async () => {
    await writeFile(join(folder.path, 'versions', former, 'supervisor.mjs'), saying('changed'))
    expect(await start()).toBe('changed')
  })

  it('takes no trial for one that was cut off before the switch', async () => {
    const name = await folder.put('2.0.0', crashing)
    await folder.link('previous', former)
    await folder.link('trial', name)
    for (let time = 0; time < 8; time++) expect(await start()).toBe('former')
    expect(await folder.named('trial')).toBeUndefined()
  })

  it('gets over a count that a power cut emptied or spoiled', async () => {
    await onTrial(crashing)
    for (let time = 0; time < 3; time++) await start()
    for (const spoiled of ['', 'boot PATH /']) {
      await writeFile(join(folder.path, 'trial-starts'), spoiled)
      expect(await start()).toBe('crashing')
    }
    for (let time = 0; time < 6; time++) await start()
    expect(await start()).toBe('former')
  })

  it('ends with one that works wherever the power was cut while another was made current', async () => {
    const name = await folder.put('2.0.0', crashing)
    const writes: [string, string][] = [
      ['previous.new', former],
      ['previous', former],
      ['trial.new', name],
      ['trial', name],
      ['current.new', name],
      ['current', name],
    ]
    for (let cut = 0; cut <= writes.length; cut++) {
      await folder.link('current', former)
      for (const [link, to] of writes.slice(0, cut)) await folder.link(link, to)
      const words: string[] = []
      for (let time = 0; time < 6; time++) words.push(await start())
      expect([cut, words.at(-1), await folder.named('current')]).toEqual([cut, 'former', former])
    }
  })

  it('finishes a return that was cut anywhere', async () => {
    const bad = await onTrial(crashing)
    // Cut after the note, and after the switch.
    await folder.link('returned', bad)
    for (let time = 0; time < 6; time++) await start()
    await folder.link('trial', bad)
    expect(await start()).toBe('former')
    expect([await folder.named('current'), await folder.named('trial')]).toEqual([former, undefined])
  })

  it('ends and returns from a version that does not report although the server can be reached', async () => {
    const begun = join(folder.path, 'begun')
    // However slow the machine is, its time begins when it runs.
    const { url } = await serve(() => (existsSync(begun) ? '{"digest":"sha256:0"}' : ''))
    const bad = await onTrial(`import { writeFileSync } from 'node:fs'\n${staying}writeFileSync('${begun}', '')\n`)
    const { output } = folder.launch({ FLOTILLA_SERVER_URL: url, FLOTILLA_TRIAL_PROBE_SECONDS: '0.02' })
    expect(await output).toBe('staying')
    expect([await folder.named('current'), await folder.named('returned')]).toEqual([former, bad])
    expect(await folder.read('returned-why')).toContain('did not report')
  })

  it('holds nothing against a version while something else than the server answers', async () => {
    const { url, count } = await serve('<html>Please sign in to this network')
    const name = await onTrial(staying)
    const { child } = folder.launch({ FLOTILLA_SERVER_URL: url, FLOTILLA_TRIAL_PROBE_SECONDS: '0.01' })
    await eventually(() => count() > 2 * 16)
    expect(child.exitCode).toBeNull()
    expect(await folder.named('current')).toBe(name)
  })

  it('leaves a version alone that has proven itself meanwhile', async () => {
    const { url } = await serve(() => (existsSync(join(folder.path, 'trial')) ? '' : '{"digest":"sha256:0"}'))
    const name = await onTrial(`import { rmSync } from 'node:fs'\nrmSync('${folder.path}/trial')\n${staying}`)
    const { child, pid } = folder.launch({ FLOTILLA_SERVER_URL: url, FLOTILLA_TRIAL_PROBE_SECONDS: '0.05' })
    await eventually(async () => (await folder.named('trial')) === undefined)
    // The watch beside it has ended.
    await eventually(async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes('(node)'))
    await eventually(async () => (await childrenOf(pid)).every((state) => state === 'Z'))
    expect(child.exitCode).toBeNull()
    expect(await folder.named('current')).toBe(name)
  })
})

/** The state of each: Z where it has ended. */
async function childrenOf(pid: number): Promise<string[]> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean)
  return Promise.all(
    children.map(async (child) => /\) (\w)/.exec(await readFile(`/proc/${child}/stat`, 'utf8'))?.[1] ?? ''),
  )
}
