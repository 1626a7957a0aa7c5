import { SCENARIOS } from './scenarios.js'
import { seededRandom, sweep, type SweepResult } from './sweep.js'

/*
 * `npm run sweep -w @flotilla/supervisor [pairs]`: the power-cut matrix of docs/reliability.md, as a table.
 */

const results: SweepResult[] = []
process.stdout.write('| scenario | cut points | pairs of cuts | faults |\n| --- | --- | --- | --- |\n')
for (const scenario of SCENARIOS) {
  const result = await sweep(scenario, Number(process.argv[2] ?? 100), seededRandom(1))
  results.push(result)
  process.stdout.write(`| ${result.scenario} | ${result.points} | ${result.pairs} | ${result.faults.length} |\n`)
  process.stderr.write(result.faults.map((fault) => `${scenario.name}: ${fault}\n`).join(''))
}
const sum = (of: (result: SweepResult) => number) => results.reduce((total, result) => total + of(result), 0)
const [points, pairs, faults] = [sum((it) => it.points), sum((it) => it.pairs), sum((it) => it.faults.length)]
process.stdout.write(`| **all** | **${points}** | **${pairs}** | **${faults}** |\n`)
process.exitCode = faults === 0 ? 0 : 1
