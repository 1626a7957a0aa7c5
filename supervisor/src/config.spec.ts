import { describe, expect, it } from '@jest/globals'
import { ConfigError, readConfig } from './config.js'

describe('the environment', () => {
  const server = { FLOTILLA_SERVER_URL: 'https://flotilla.example.com/' }

  it('needs only the address of the server', () => {
    expect(readConfig(server)).toEqual({
      serverUrl: 'https://flotilla.example.com',
      provisioningKey: undefined,
      deviceName: undefined,
      stateDir: '/var/lib/flotilla',
      engine: { socketPath: '/var/run/docker.sock' },
      platform: undefined,
      pollMs: 900_000,
      managesHost: false,
      metricsSeconds: 60,
      localApiPort: 48484,
      bundles: { usb: false, folders: [], port: undefined },
      log: { level: 'info', format: 'json', instance: undefined },
    })
  })

  it('looks for sticks where the board is its own, or as it is told', () => {
    const usb = (settings: Record<string, string>) => readConfig({ ...server, ...settings }).bundles.usb
    expect(usb({ FLOTILLA_MANAGE_HOST: 'true' })).toBe(true)
    expect(usb({ FLOTILLA_MANAGE_HOST: 'true', FLOTILLA_BUNDLE_USB: 'off' })).toBe(false)
    expect(usb({ FLOTILLA_BUNDLE_USB: 'on' })).toBe(true)
  })

  it('takes bundles from the folders, and at the port, that it is told', () => {
    const settings = {
      FLOTILLA_BUNDLE_USB: 'off',
      FLOTILLA_BUNDLE_FOLDERS: '/srv/a b/:/mnt',
      FLOTILLA_BUNDLE_PORT: '48480',
    }
    expect(readConfig({ ...server, ...settings }).bundles).toEqual({
      usb: false,
      folders: ['/srv/a b', '/mnt'],
      port: 48480,
    })
    expect(() => readConfig({ ...server, FLOTILLA_BUNDLE_FOLDERS: 'srv:/mnt' })).toThrow('must be absolute paths')
  })

  it.each([
    ['unix:///run/balena-engine.sock', { socketPath: '/run/balena-engine.sock' }],
    ['/run/docker.sock', { socketPath: '/run/docker.sock' }],
    ['tcp://10.0.0.1:2380', { host: '10.0.0.1', port: 2380 }],
    ['tcp://engine', { host: 'engine', port: 2375 }],
  ])('takes an engine at %s', (address, engine) => {
    expect(readConfig({ ...server, DOCKER_HOST: address }).engine).toEqual(engine)
  })

  it.each([
    ['8080', 8080],
    ['off', undefined],
    ['0', undefined],
  ])('opens the local API at port %s', (port, localApiPort) => {
    expect(readConfig({ ...server, FLOTILLA_LOCAL_API_PORT: port }).localApiPort).toBe(localApiPort)
  })

  it('refuses a port that there cannot be', () => {
    expect(() => readConfig({ ...server, FLOTILLA_LOCAL_API_PORT: '70000' })).toThrow('FLOTILLA_LOCAL_API_PORT')
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ ...server, FLOTILLA_PLATFORM: '', FLOTILLA_DEVICE_NAME: '' })).toEqual(readConfig(server))
  })

  it('lists all that is wrong at once', () => {
    const read = () => readConfig({ FLOTILLA_PLATFORM: 'pdp-11', FLOTILLA_STATE_DIR: 'state', DOCKER_HOST: 'ssh://x' })
    expect(read).toThrow(ConfigError)
    for (const part of ['FLOTILLA_SERVER_URL: is missing', 'FLOTILLA_PLATFORM', 'FLOTILLA_STATE_DIR', 'DOCKER_HOST']) {
      expect(read).toThrow(part)
    }
  })

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig(server))).toBe(true)
  })
})
