import { expect, it } from '@jest/globals'
import { describeLayer, type RegistryLayer } from './known-layers.js'
import { SharedLayers } from './shared-layers.js'

const layer: RegistryLayer = {
  diffId: 'sha256:base',
  descriptor: describeLayer({ digest: 'sha256:base.gz', sizeBytes: 1, tarBytes: 2 }),
}

it('a layer of two services is made once, also at the same time', async () => {
  const shared = new SharedLayers()
  let made = 0
  const make = async () => {
    made++
    await new Promise((resolve) => setImmediate(resolve))
    return layer
  }
  expect(await Promise.all([shared.make('base', make), shared.make('base', make)])).toEqual([layer, layer])
  expect(await shared.find('base')).toBe(layer)
  expect(await shared.find('other')).toBeUndefined()
  expect(made).toBe(1)
})

it('a layer that could not be made is made by the next', async () => {
  const shared = new SharedLayers()
  const failing = shared.make('base', () => Promise.reject(new Error('disk full')))
  await expect(failing).rejects.toThrow('disk full')
  expect(await shared.find('base')).toBeUndefined()
  expect(await shared.make('base', () => Promise.resolve(layer))).toBe(layer)
})
