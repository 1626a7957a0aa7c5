import { canonicalJson, type Json } from '@flotilla/contracts'

/** An image's config as Docker and OCI name its parts, with whatever else an engine writes into it. */
export type ImageConfig = { [name: string]: Json | undefined } & {
  rootfs?: { type: string; diff_ids: string[] | null }
  history?: { created?: string }[]
}

// How it was built says nothing of what it is.
const BUILD_NOISE = ['container', 'container_config', 'docker_version', 'moby.buildkit.buildinfo.v1']
const INLINE_CACHE = 'moby.buildkit.cache.v0'
const WHAT_IT_IS = ['os', 'architecture', 'variant', 'os.version', 'config', 'rootfs'] as const

export function diffIdsOf({ rootfs }: ImageConfig): string[] {
  return rootfs?.diff_ids ?? []
}

/** The config with the layers as they were packed, and with no time but the commit's (seconds since 1970). */
export function dateConfig(config: ImageConfig, diffIds: string[], commitTime: number): ImageConfig {
  const created = new Date(commitTime * 1000).toISOString()
  const kept = Object.entries(config).filter(([name]) => !BUILD_NOISE.includes(name))
  const cache = config[INLINE_CACHE]
  return {
    ...Object.fromEntries(kept),
    created,
    ...(config.history && { history: config.history.map((step) => ({ ...step, created })) }),
    ...(typeof cache === 'string' && { [INLINE_CACHE]: dateCache(cache, created) }),
    rootfs: { type: 'layers', ...config.rootfs, diff_ids: diffIds },
  }
}

/** Whether two configs make equal containers: all but dates and cache notes is the same. */
export function isSameImage(one: ImageConfig, other: ImageConfig): boolean {
  return WHAT_IT_IS.every((name) => canonicalJson(one[name] ?? null) === canonicalJson(other[name] ?? null))
}

/**
 * BuildKit's inline cache names layers by their place, so that it stays right when they are packed anew; only the times
 * at which steps ran differ from build to build.
 */
function dateCache(encoded: string, createdAt: string): string {
  const records = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { layers?: object[] }[]
  const dated = records.map((record) => ({
    ...record,
    ...(record.layers && { layers: record.layers.map((layer) => ({ ...layer, createdAt })) }),
  }))
  return Buffer.from(JSON.stringify(dated)).toString('base64')
}
