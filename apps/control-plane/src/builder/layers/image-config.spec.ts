import { describe, expect, it } from '@jest/globals'
import { dateConfig, type ImageConfig } from './image-config.js'

const COMMIT = 1_700_000_000

describe('the config of an image', () => {
  it('has no time but the commit’s, none of the noise of its build, and the layers as they were packed', () => {
    const record = {
      layers: [{ layer: 1, createdAt: '2026-11-21T07:06:25.141602398Z' }],
      digest: 'sha256:1',
      inputs: [],
    }
    const config: ImageConfig = {
      created: '2026-11-21T07:06:25Z',
      container: 'abc',
      docker_version: '20.10',
      os: 'linux',
      config: { Cmd: ['sh'] },
      history: [{ created: '1970-01-01T00:00:00Z' }, { created: '2026-11-21T07:06:25Z' }],
      'moby.buildkit.cache.v0': Buffer.from(JSON.stringify([record])).toString('base64'),
      rootfs: { type: 'layers', diff_ids: ['old'] },
    }
    const created = '2023-11-14T22:13:20.000Z'
    const result = dateConfig(config, ['new'], COMMIT)
    expect(JSON.parse(Buffer.from(result['moby.buildkit.cache.v0'] as string, 'base64').toString())).toEqual([
      { ...record, layers: [{ layer: 1, createdAt: created }] },
    ])
    expect({ ...result, 'moby.buildkit.cache.v0': '' }).toEqual({
      created,
      os: 'linux',
      config: { Cmd: ['sh'] },
      history: [{ created }, { created }],
      'moby.buildkit.cache.v0': '',
      rootfs: { type: 'layers', diff_ids: ['new'] },
    })
  })
})
