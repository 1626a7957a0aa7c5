import { describe, expect, it } from '@jest/globals'
import { describeLayer, KnownLayers } from './known-layers.js'

const COMMIT = 1_700_000_000

describe('the layers of the release before', () => {
  const layer = (name: string, id: string) => ({
    diffId: `sha256:${name}`,
    descriptor: describeLayer({ digest: `sha256:${name}.gz`, sizeBytes: 1, tarBytes: 2 }, { id, commitTime: COMMIT }),
  })
  const layers = [layer('base', 'one'), layer('app', 'two')]
  const image = {
    digest: 'sha256:manifest',
    manifest: { config: { digest: 'sha256:config', size: 1 }, layers: layers.map((each) => each.descriptor) },
    config: { rootfs: { type: 'layers', diff_ids: layers.map((each) => each.diffId) } },
  }

  it('are known by their tar, by that which the engine had built, and by what they hold', () => {
    const known = new KnownLayers(image, ['sha256:base', 'sha256:app-of-engine'])
    expect(known.layers).toEqual(layers)
    expect(known.find('sha256:app')).toEqual(layers[1])
    expect(known.find('sha256:app-of-engine')).toEqual(layers[1])
    expect(known.find('sha256:other')).toBeUndefined()
    expect(known.findContent(new Map([[COMMIT, 'two']]))).toEqual(layers[1])
    expect(known.findContent(new Map([[COMMIT + 1, 'two']]))).toBeUndefined()
    expect(new KnownLayers(undefined).findContent(new Map([[COMMIT, 'two']]))).toBeUndefined()
  })

  it('are not taken for those of an image with other layers', () => {
    expect(new KnownLayers(image, ['sha256:app-of-engine']).find('sha256:app-of-engine')).toBeUndefined()
  })
})
