import { describe, expect, it } from '@jest/globals'
import type { ImageLayer, Platform } from '@flotilla/contracts'
import type { FleetImage } from '../deltas/index.js'
import { digestOf, layer } from '../deltas/testing/delta-bench.js'
import { type Beginnings, bundleContents, type BundleImage } from './bundle-contents.js'

const ARM: Platform = 'linux/arm64'

function image(layers: string[], service = 'main', platform: Platform = 'linux/amd64'): BundleImage {
  const name = layers.join('+')
  return {
    ...{ service, platform, repository: 'registry/fleets/x' },
    manifest: { digest: digestOf(name), sizeBytes: 500 },
    config: { digest: digestOf(`config ${name}`), sizeBytes: 300 },
    layers: layers.map(layer),
  }
}

/** As the database has it. */
function known(releaseId: string, { service, platform, manifest, layers }: BundleImage): FleetImage {
  return { releaseId, service, platform, digest: manifest.digest, sizeBytes: 0, unpackedBytes: null, layers }
}

function beginnings(images: FleetImage[], deltas: Beginnings['deltas'] = []): Beginnings {
  return { releaseIds: [...new Set(images.map(({ releaseId }) => releaseId))], images, deltas }
}

const delta = (from: BundleImage, to: BundleImage) => ({
  ...{ from: from.manifest.digest, to: to.manifest.digest },
  ...{ digest: digestOf(from.manifest.digest + to.manifest.digest), sizeBytes: 7 },
})
const digestsOf = (layers: ImageLayer[]) => layers.map(({ digest }) => digest)
const layersIn = ({ blobs }: ReturnType<typeof bundleContents>) =>
  blobs.flatMap(({ kind, digest }) => (kind === 'layer' ? [digest] : []))

describe('what goes into a bundle', () => {
  it('is every image whole, and once what several of them share', () => {
    const [web, worker] = [image(['base', 'web'], 'web'), image(['base', 'work'], 'worker')]
    const twin = image(['base', 'web'], 'twin')
    const contents = bundleContents([web, worker, twin])
    expect(contents.images.map(({ digest }) => digest)).toEqual([web.manifest.digest, worker.manifest.digest])
    expect(layersIn(contents)).toEqual(digestsOf([layer('base'), layer('web'), layer('work')]))
    expect(contents.blobs.map(({ kind }) => kind)).toEqual([
      ...['manifest', 'manifest', 'config', 'config', 'layer', 'layer', 'layer'],
    ])
  })

  it('is the layers that boards lack where there is no delta, and nothing of an image that they have', () => {
    const old = image(['base', 'old'])
    const same = image(['same'], 'same')
    const contents = bundleContents([image(['base', 'new']), same], beginnings([known('r1', old), known('r1', same)]))
    expect(layersIn(contents)).toEqual(digestsOf([layer('new')]))
    expect(contents.images).toEqual([])
  })

  it('is what each of the releases needs that boards may run', () => {
    const [one, two, to] = [image(['base', 'one']), image(['other', 'two']), image(['base', 'to'])]
    const both = [known('r1', one), known('r2', two)]
    expect(layersIn(bundleContents([to], beginnings(both, [delta(one, to)])))).toEqual(digestsOf(to.layers))
    const all = bundleContents([to], beginnings(both, [delta(one, to), delta(two, to)]))
    expect(layersIn(all)).toEqual([])
    expect(all.deltas).toHaveLength(2)
    expect(all.blobs.filter(({ kind }) => kind === 'delta')).toHaveLength(2)
  })

  it('is all of an image for a platform or a service that the former release did not have', () => {
    const [old, to] = [image(['old']), image(['new'])]
    const arm = image(['arm'], 'main', ARM)
    const added = image(['added'], 'added')
    const contents = bundleContents([to, arm, added], beginnings([known('r1', old)], [delta(old, to)]))
    expect(layersIn(contents)).toEqual(digestsOf([layer('arm'), layer('added')]))
    expect(contents.images.map(({ digest }) => digest)).toEqual([arm.manifest.digest, added.manifest.digest])
  })

  it('is all of an image where it is not known what the boards have of it, and no delta into another', () => {
    const [old, to] = [image(['base', 'old']), image(['base', 'new'])]
    const unknown = { ...known('r1', old), layers: null }
    const contents = bundleContents([to], beginnings([unknown], [delta(old, image(['elsewhere']))]))
    expect(layersIn(contents)).toEqual(digestsOf(to.layers))
    expect(contents.deltas).toEqual([])
  })
})
