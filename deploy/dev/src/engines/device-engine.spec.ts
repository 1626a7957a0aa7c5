import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { baseImageName, makeBaseImages } from '../base-images/base-images.js'
import { ownPlatform } from '../base-images/busybox.js'
import { run } from '../processes/run.js'
import { startRegistry, type RunningRegistry } from '../registry.js'
import { startProcess } from '../processes/process.js'
import { waitFor } from '../processes/wait.js'
import { endOf, runContainer } from '../testing/containers.js'
import { startDeviceEngine, startDeviceNetwork, type DeviceEngine, type DeviceNetwork } from './device-engine.js'

const IMAGE = baseImageName(ownPlatform())

describe('a device', () => {
  let network: DeviceNetwork
  let device: DeviceEngine
  let server: Server
  let url: string

  beforeAll(async () => {
    network = await startDeviceNetwork()
    device = await startDeviceEngine({ network, name: 'pi' })
    await makeBaseImages(device.engine.docker)
    server = createServer((_request, response) => response.end('from the cloud'))
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
    url = `http://${network.address}:${(server.address() as AddressInfo).port}`
  })

  afterAll(async () => {
    await device.stop()
    await network.stop()
    server.close()
  })

  beforeEach(() => device.link.restore())

  // An answer comes whenever it comes; only its absence has to be waited for.
  const patience = { answer: 60, silence: 2 }

  // Below a shell: the first process of a container ignores the signal by which `timeout` ends it.
  const fetchFromContainer = (seconds = patience.answer) =>
    runContainer(device.engine.docker, IMAGE, ['sh', '-c', `timeout ${seconds} wget -q -O - ${url} || echo`])

  /** What a program of the device itself gets, as its supervisor would. */
  async function fetchFromDevice(seconds = patience.answer): Promise<string> {
    const lines: string[] = []
    const script = `
    const answer = fetch('${url}', { signal: AbortSignal.timeout(${seconds * 1000}) }).then((answer) => answer.text())
    answer.catch(() => 'nothing').then((text) => { console.log(text); process.exit() })`
    const program = await startProcess({
      name: 'program',
      command: process.execPath,
      args: ['-e', script],
      networkNamespace: device.networkNamespace,
      onLine: (line) => lines.push(line),
    })
    await program.exited
    return lines.join()
  }

  it('has a network of its own, from which it and its containers reach the control plane', async () => {
    expect(await fetchFromDevice()).toBe('from the cloud')
    expect(await fetchFromContainer()).toContain('from the cloud')
    const interfaces = await run('nsenter', `--net=${device.networkNamespace}`, 'ip', '-brief', 'link')
    expect(interfaces).toContain('docker0')
  })

  it('publishes the ports of its containers at its address', async () => {
    const container = await device.engine.docker.createContainer({
      Image: IMAGE,
      Cmd: ['sh', '-c', 'mkdir /www && echo the page > /www/index.html && httpd -f -p 80 -h /www'],
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '8000' }] } },
      ExposedPorts: { '80/tcp': {} },
    })
    await container.start()
    const page = () => fetch(`http://${device.address}:8000/`).then((answer) => answer.text())
    expect(await waitFor(page, { what: 'the page is there' })).toBe('the page\n')
    await container.remove({ force: true })
  })

  describe('with a registry', () => {
    let registry: RunningRegistry

    beforeAll(async () => {
      registry = await startRegistry({ listen: '0.0.0.0' })
    })
    afterAll(() => registry.stop())

    it('pulls over plain http what another device pushed', async () => {
      const name = `${network.address}:${new URL(registry.url).port}/app`
      const other = await startDeviceEngine({ network, name: 'other' })
      await device.engine.docker.getImage(IMAGE).tag({ repo: name, tag: 'one' })
      await endOf(await device.engine.docker.getImage(`${name}:one`).push({ authconfig: { auth: '' } }))
      await endOf(await other.engine.docker.pull(`${name}:one`))
      expect(await runContainer(other.engine.docker, `${name}:one`, ['echo', 'pulled'])).toContain('pulled')
      await other.stop()
    })
  })

  describe('link', () => {
    it('loses everything while it is cut, for containers too, and nothing after', async () => {
      await device.link.cut()
      expect(await fetchFromDevice(patience.silence)).toBe('nothing')
      expect(await fetchFromContainer(patience.silence)).not.toContain('from the cloud')
      await device.link.restore()
      expect(await fetchFromDevice()).toBe('from the cloud')
    })

    async function arriving(packets: number): Promise<number> {
      const socket = createSocket('udp4').bind(0, network.address)
      await once(socket, 'listening')
      let [arrived, ended] = [0, false]
      socket.on('message', (message) => (message.toString() === 'end' ? (ended = true) : (arrived += 1)))
      const script = `
      const socket = require('dgram').createSocket('udp4')
      const send = (text) => new Promise((sent) => socket.send(text, ${socket.address().port}, '${network.address}', sent))
      const all = async () => {
        for (let n = 0; n < ${packets}; n++) await send('packet')
        setInterval(() => send('end'), 10)
      }
      all()`
      const sender = await startProcess({
        name: 'sender',
        command: process.execPath,
        args: ['-e', script],
        networkNamespace: device.networkNamespace,
      })
      await waitFor(() => ended, { what: 'the last packet is here' })
      await sender.stop()
      socket.close()
      return arrived
    }

    it('loses the share of the packets that it is told', async () => {
      // No more than the kernel keeps for a socket that nobody reads for a while: it would lose the rest itself.
      expect(await arriving(100)).toBe(100)
      await device.link.setLoss(50)
      let arrived = 0
      for (let round = 0; round < 4; round++) arrived += await arriving(100)
      expect(arrived).toBeGreaterThan(100)
      expect(arrived).toBeLessThan(300)
    })

    it('has the rate that it is told, in both directions', async () => {
      await device.link.setRate(256)
      const rates = async () => {
        const inside = await run('nsenter', `--net=${device.networkNamespace}`, 'tc', 'qdisc', 'show', 'dev', 'eth0')
        const members = await run('ip', '-brief', 'link', 'show', 'master', network.bridge.name)
        const name = /^([^@\s]+)/.exec(members)?.[1] ?? ''
        const outside = await run('tc', 'qdisc', 'show', 'dev', name)
        return [inside, outside].map((text) => /rate (\w+)/.exec(text)?.[1])
      }
      expect(await rates()).toEqual(['256Kbit', '256Kbit'])
      await device.link.restore()
      expect(await rates()).toEqual([undefined, undefined])
    })

    it('counts what goes over it', async () => {
      const before = device.link.traffic()
      await fetchFromDevice()
      const after = device.link.traffic()
      expect(after.received).toBeGreaterThan(before.received + 100)
      expect(after.sent).toBeGreaterThan(before.sent + 100)
    })
  })
})

describe('a power cut', () => {
  it('loses what was not synced, and nothing else', async () => {
    const network = await startDeviceNetwork()
    const device = await startDeviceEngine({ network, diskMegabytes: 512 })
    try {
      const folder = device.disk?.folder ?? ''
      writeFileSync(join(folder, 'synced'), 'kept')
      await run('sync', '-f', join(folder, 'synced'))
      writeFileSync(join(folder, 'unsynced'), 'lost')
      await device.cutPower()
      await device.engine.start()
      expect(readFileSync(join(folder, 'synced'), 'utf8')).toBe('kept')
      expect(existsSync(join(folder, 'unsynced')) && readFileSync(join(folder, 'unsynced'), 'utf8')).not.toBe('lost')
      expect(await device.engine.docker.listImages()).toEqual([])
    } finally {
      await device.stop()
      await network.stop()
    }
  })
})
