import { createHash } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { measureOnce, type Places } from '../kept-measurements.js'
import { type Cost, measure, total } from '../measured-run.js'
import { changedLayers, diffIds, type LayerPair, type Measured, type Method } from '../method.js'

export interface LayerFiles {
  /** The tar of the older layer. */
  from: string
  to: string
  /** Where the patch, and what else is made, may be written. */
  patch: string
  other: string
  rebuilt: string
}

type Program = [command: string, ...args: string[]]

/** A method that patches each changed layer by programs of which each has its turn. */
export interface LayerMethod {
  name: string
  title: string
  make: (files: LayerFiles) => Program[]
  apply: (files: LayerFiles) => Program[]
}

export function perLayer(method: LayerMethod): Method {
  const { name, title } = method
  return {
    name,
    title,
    // The layers as well, so that what is broken off goes on.
    measure: (pair, places) =>
      measureOnce(places, [name, title, diffIds(pair)], () => measureLayers(method, changedLayers(pair), places)),
  }
}

async function measureLayers(method: LayerMethod, layers: LayerPair[], places: Places): Promise<Measured> {
  const measured: Required<Measured>[] = []
  for (const pair of layers) {
    const key = [method.name, method.title, pair.from.diffId, pair.to.diffId]
    measured.push(await measureOnce(places, key, () => measureLayer(pair, method, places.scratch)))
  }
  return {
    wireBytes: measured.reduce((sum, { wireBytes }) => sum + wireBytes, 0),
    make: total(measured.map((each) => each.make)),
    apply: total(measured.map((each) => each.apply)),
  }
}

async function measureLayer(
  { from, to }: LayerPair,
  method: LayerMethod,
  scratch: string,
): Promise<Required<Measured>> {
  const folder = mkdtempSync(join(scratch, 'layer-'))
  try {
    const [patch, other, rebuilt] = ['patch', 'other', 'rebuilt'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const files: LayerFiles = { from: from.tar, to: to.tar, patch, other, rebuilt }
    const make = await runAll(method.make(files))
    const apply = await runAll(method.apply(files))
    if ((await digestOf(rebuilt)) !== to.diffId) throw new Error(`${patch} rebuilds another layer than ${to.tar}`)
    return { wireBytes: statSync(patch).size, make, apply }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function runAll(programs: Program[]): Promise<Cost> {
  const costs: Cost[] = []
  for (const [command, ...args] of programs) costs.push(await measure(command, args))
  return total(costs)
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return `sha256:${hash.digest('hex')}`
}
