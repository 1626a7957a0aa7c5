/**
 * `npm run bench -- images [--only app,security] [--quick]`: what updates of images cost over the link and on the board, by
 * Flotilla's deltas and by what there is besides. The images are made from Debian's and npm's packages, kept in
 * ~/.cache, and so are the measurements of programs that are not ours: the first run takes an hour.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { IMAGE_CASES, type ImageCase } from './images/cases.js'
import { figures } from './images/figures.js'
import { ImageBuilder } from './images/image-builder.js'
import { DELTA } from './images/methods/delta.js'
import { DOCKER_PULL } from './images/methods/docker-pull.js'
import { LAYER_METHODS } from './images/methods/programs-per-layer.js'
import type { Pair } from './images/method.js'
import { ProductBuilder } from './images/product-builder.js'
import { supervisorPeaks } from './images/supervisor-peaks.js'
import { type CaseResult, tableRows } from './images/table.js'
import { printReport } from './report.js'

const METHODS = [DOCKER_PULL, ...LAYER_METHODS, DELTA]

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } })
// Not in node_modules, which npm empties whenever a dependency changes: an hour's measurements lie here.
const cache = join(homedir(), '.cache/flotilla-bench-images')
const scratch = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
try {
  await compare(chosenCases())
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function chosenCases(): ImageCase[] {
  const names = values.only?.split(',') ?? IMAGE_CASES.map(({ name }) => name)
  const unknown = names.filter((name) => !IMAGE_CASES.some((each) => each.name === name))
  if (unknown.length > 0) throw new Error(`--only takes ${IMAGE_CASES.map(({ name }) => name).join(', ')}`)
  return IMAGE_CASES.filter(({ name, isSmall }) => names.includes(name) && (isSmall || !values.quick))
}

async function compare(cases: ImageCase[]): Promise<void> {
  const results: CaseResult[] = []
  for (const { case: each, pair } of await buildPairs(cases)) {
    const measured: CaseResult['measured'] = []
    for (const method of METHODS) {
      console.error(`${each.name}: ${method.title}`)
      measured.push({ method, result: await method.measure(pair, { cache, scratch }) })
    }
    console.error(`${each.name}: the whole supervisor`)
    results.push({ case: each, pair, measured, supervisor: await supervisorPeaks(pair, scratch) })
  }
  printReport('Updates of images, method by method', tableRows(results), figures(results))
}

async function buildPairs(cases: ImageCase[]): Promise<{ case: ImageCase; pair: Pair }[]> {
  const pairs: { case: ImageCase; pair: Pair }[] = []
  const builder = new ImageBuilder(cache)
  const product = new ProductBuilder(builder, cache)
  try {
    for (const each of cases) {
      const { from, to } = each
      const pair = to.byFlotilla
        ? await product.pair(from, to)
        : { from: await builder.image(from), to: await builder.image(to) }
      pairs.push({ case: each, pair })
    }
  } finally {
    await builder.stop()
  }
  return pairs
}
