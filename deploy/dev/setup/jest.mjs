import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { runInTerminal } from './run.mjs'

// A suite that hangs must not hold up the rest for ever.
const LONGEST_RUN_MS = 20 * 60_000

/**
 * Runs the suites of a project and gives how many tests passed and failed. Skipped ones count as failed.
 * `program`: the Node to run them with, if not this one.
 */
export async function runSuites({ folder, program = process.execPath, env = {}, args = [] }) {
  const results = mkdtempSync(join(tmpdir(), 'flotilla-results-'))
  const outputFile = join(results, 'results.json')
  const jest = join(PROJECT_FOLDER, 'node_modules/.bin/jest')
  const node = ['--experimental-vm-modules', '--no-warnings']
  const options = ['--ci', '--json', `--outputFile=${outputFile}`, '--workerIdleMemoryLimit=512MB', ...args]
  try {
    await runInTerminal(program, [...node, jest, ...options], {
      cwd: join(PROJECT_FOLDER, folder),
      env: { ...process.env, ...env },
      // The results for people are on stderr; on stdout is the same JSON that the file has.
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
    })
    if (!existsSync(outputFile)) return { passed: 0, failed: 1, note: 'jest gave no results' }
    return countTests(JSON.parse(readFileSync(outputFile, 'utf8')).testResults)
  } finally {
    rmSync(results, { recursive: true })
  }
}

/** A suite that could not run, or whose end failed, counts as one failed test: jest's own sums leave it out. */
function countTests(suites) {
  const tests = suites.flatMap((suite) => suite.assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const skipped = tests.length - passed - tests.filter(({ status }) => status === 'failed').length
  const broken = suites.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed'),
  )
  const notes = [skipped && `${skipped} skipped`, broken.length && `${broken.length} suites did not run or end well`]
  return { passed, failed: tests.length - passed + broken.length, note: notes.filter(Boolean).join(', ') }
}
