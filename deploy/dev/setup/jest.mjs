import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { runInTerminal } from './run.mjs'
import { title } from './say.mjs'

// A suite that hangs must not hold up the rest for ever.
const LONGEST_RUN_MS = 30 * 60_000

// More suites than these do not fail by a moment in which the machine stood still.
const MOST_UNSTEADY = 3
// What a random case has found is found, whatever the next cases find.
const COUNTEREXAMPLE = /Property failed after|\bseed\b/i

/**
 * Runs the suites of a project and gives how many tests passed and failed. Skipped ones count as failed.
 * `program`: the Node to run them with, if not this one. `only`: a pattern of the suites' paths. `workers`: how many at once.
 *
 * Suites use engines, networks and browsers beside each other. One that failed runs once more alone: what fails again
 * has failed; what passes is named in the note as unsteady, and is to be mended too.
 */
export async function runSuites({ only, workers, ...run }) {
  const first = await runJest(run, [`--maxWorkers=${workers}`, ...(only ? ['--testPathPatterns', only] : [])])
  if (!first) return { passed: 0, failed: 1, note: 'jest gave no results' }
  const failed = first.filter(hasFailed)
  if (failed.length === 0 || failed.length > MOST_UNSTEADY || failed.some(hasCounterexample)) return countTests(first)
  const paths = failed.map(({ name }) => name)
  title(`once more alone: ${paths.map((path) => relative(PROJECT_FOLDER, path)).join(', ')}`)
  const second = await runJest(run, ['--runInBand', '--runTestsByPath', ...paths])
  if (!second) return countTests(first)
  const steady = first.filter((suite) => !failed.includes(suite))
  return countTests(
    [...steady, ...second],
    second.filter((suite) => !hasFailed(suite)),
  )
}

/** The results of jest's suites, or undefined where it gave none. */
async function runJest({ folder, program = process.execPath, env = {}, args = [] }, which) {
  const results = mkdtempSync(join(tmpdir(), 'flotilla-results-'))
  const outputFile = join(results, 'results.json')
  const jest = join(PROJECT_FOLDER, 'node_modules/.bin/jest')
  const node = ['--experimental-vm-modules', '--no-warnings']
  const options = ['--ci', '--json', `--outputFile=${outputFile}`, '--workerIdleMemoryLimit=512MB', ...args, ...which]
  try {
    await runInTerminal(program, [...node, jest, ...options], {
      cwd: join(PROJECT_FOLDER, folder),
      env: { ...process.env, ...env },
      // The results for people are on stderr; on stdout is the same JSON that the file has.
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
    })
    return existsSync(outputFile) ? JSON.parse(readFileSync(outputFile, 'utf8')).testResults : undefined
  } finally {
    rmSync(results, { recursive: true })
  }
}

function hasFailed({ status }) {
  return status === 'failed'
}

function hasCounterexample({ message, assertionResults }) {
  return [message, ...assertionResults.flatMap(({ failureMessages }) => failureMessages)].some((text) =>
    COUNTEREXAMPLE.test(text ?? ''),
  )
}

/** A suite that could not run, or whose end failed, counts as one failed test: jest's own sums leave it out. */
function countTests(suites, unsteady = []) {
  const tests = suites.flatMap((suite) => suite.assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const skipped = tests.length - passed - tests.filter(({ status }) => status === 'failed').length
  const broken = suites.filter(
    (suite) => hasFailed(suite) && !suite.assertionResults.some(({ status }) => status === 'failed'),
  )
  const notes = [
    skipped && `${skipped} skipped`,
    broken.length && `${broken.length} suites did not run or end well`,
    unsteady.length && `unsteady: ${unsteady.map(({ name }) => relative(PROJECT_FOLDER, name)).join(', ')}`,
  ]
  return { passed, failed: tests.length - passed + broken.length, note: notes.filter(Boolean).join(', ') }
}
