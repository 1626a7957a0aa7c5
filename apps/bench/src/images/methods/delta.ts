import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { productionNode } from '../../supervisor/production-node.js'
import type { BuiltImage } from '../built-image.js'
import { type Cost, measure } from '../measured-run.js'
import type { Method } from '../method.js'
import { unpackImage } from '../old-image.js'

const MAKE = fileURLToPath(new URL('../make-delta.js', import.meta.url))
const APPLY = fileURLToPath(new URL('../apply-delta.js', import.meta.url))

// What the supervisor sets by itself; see its lean-node.ts.
const LEAN = ['--no-opt', '--no-sparkplug']

/** Flotilla's: made as the worker does, applied by a Node that runs as on boards. */
export const DELTA: Method = {
  name: 'delta',
  title: 'Flotilla',
  async measure({ from, to }, { scratch }) {
    const folder = mkdtempSync(join(scratch, 'delta-'))
    try {
      const out = join(folder, 'delta')
      const options = { from: content(from), to: content(to), out, scratch: folder }
      const make = await measure(process.execPath, [MAKE, JSON.stringify(options)])
      const { tree, skeletons } = await unpackImage(from, folder)
      const { flags, variables } = productionNode()
      const env = { ...process.env, ...variables }
      const apply = await measure(process.execPath, [...flags, ...LEAN, APPLY, out, tree, skeletons], { env })
      const times = JSON.parse(apply.output) as Pick<Cost, 'seconds' | 'processorSeconds'>
      return { wireBytes: statSync(out).size, make, apply: { ...apply, ...times } }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

function content({ layers }: BuiltImage) {
  return { layers: layers.map(({ diffId, tar }) => ({ diffId, tar })) }
}
