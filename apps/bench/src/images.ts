/**
 * npm run bench -- images [options]
 *
 * What updates of images cost over the link and on the board, by Flotilla's deltas and by what there is besides. The images
 * are made from Debian's and npm's packages, kept in ~/.cache/flotilla-bench-images, and so are the measurements of
 * programs that are not ours: the first run takes an hour.
 *
 * Options:
 *   --only <cases>   with commas between them, of app, dependency, built, rebuilt, security, runtime, binary (default all)
 *   --quick          only what is done in minutes: app, dependency, built, binary
 *
 * Figures, as one JSON object in the last line:
 *   worstRatioToZstdPatch              bytes by delta to those of zstd -19 --patch-from per layer, in the worst case
 *   medianRatioToBsdiff                bytes by delta to those of bsdiff per layer
 *   peakDeviceMegabytes                memory of a process that rebuilds layers from a delta, at most
 *   peakSupervisorMegabytes            memory of the whole supervisor that does so, at most
 *   applyMegabytesPerSecond            layers rebuilt, by the clock, in the slowest case
 *   applyMegabytesPerProcessorSecond   the same by time of the processor
 *   makeSeconds, makeMegabytes         time and memory to make a delta, at most
 *   cases                              by case and method: wireBytes, makeSeconds, makeMegabytes, applySeconds …
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
const cases = chosenCases()
const scratch = mkdtempSync(join(tmpdir(), 'flotilla-bench-'))
try {
  await compare(cases)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function chosenCases(): ImageCase[] {
  const names = values.only?.split(',') ?? IMAGE_CASES.map(({ name }) => name)
  const unknown = names.filter((name) => !IMAGE_CASES.some((each) => each.name === name))
  if (unknown.length > 0) {
    console.error(
      `There is no case ${unknown.join(', ')}; --only takes ${IMAGE_CASES.map(({ name }) => name).join(', ')}`,
    )
    process.exit(2)
  }
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
