import { runScenario } from './run-scenario.js'
import type { Scenario } from './scenarios.js'

export interface SweepResult {
  scenario: string
  /** Cut points tried, each in a run of its own: before and after every write to engine and disk. */
  points: number
  /** Further runs in which the power went again while the board was finding its way back. */
  pairs: number
  /** "cut before create-container web: …" */
  faults: string[]
}

/** Cuts the power at every moment of a scenario in turn; then `pairs` times at two moments, drawn by `random`. */
export async function sweep(scenario: Scenario, pairs: number, random: () => number): Promise<SweepResult> {
  const whole = await runScenario(scenario)
  const faults = whole.faults.map((fault) => `without a cut: ${fault}`)
  const attempt = async (cuts: number[]) => {
    const outcome = await runScenario(scenario, cuts)
    faults.push(...outcome.faults.map((fault) => `cut ${outcome.cutAt.join(', then ')}: ${fault}`))
  }
  for (let nth = 1; nth <= whole.moments; nth++) await attempt([nth])
  const draw = (most: number) => 1 + Math.floor(random() * most)
  for (let pair = 0; pair < pairs; pair++) await attempt([draw(whole.moments), draw(whole.moments)])
  return { scenario: scenario.name, points: whole.moments, pairs, faults }
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
