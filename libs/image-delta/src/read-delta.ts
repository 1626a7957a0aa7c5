import { DeltaFile } from './delta-file.js'

/** What a delta is for. */
export interface DeltaSummary {
  from: { diffIds: string[] }
  to: { diffIds: string[] }
  /** The layers that it rebuilds: the last ones of `to`. */
  layers: { diffId: string; tarBytes: number }[]
}

/** Rejects with DeltaError where it is no delta. */
export async function readDelta(path: string): Promise<DeltaSummary> {
  const delta = await DeltaFile.open(path)
  await delta.close()
  const { from, to, layers } = delta.header
  return {
    from: { diffIds: from.map(({ diffId }) => diffId) },
    to: { diffIds: to },
    layers: layers.map(({ diffId, tarBytes }) => ({ diffId, tarBytes })),
  }
}
