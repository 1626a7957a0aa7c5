import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { runSilently } from './run.mjs'
import { done, doing, SetupError } from './say.mjs'

// Debian 12, and the Raspberry Pi OS made from it, give boards this line of Node.
const VERSION = '18.20.8'

const FOLDER = join(PROJECT_FOLDER, 'node_modules/.cache', `node-${VERSION}`)

/**
 * Fetches the Node that boards with Debian 12 have, where it is not there yet; gives the path of the program. It is no
 * dependency: npm would put its `node` before the one that everything here runs on.
 */
export async function installDebianNode() {
  const name = `node-linux-${process.arch}`
  const program = join(FOLDER, 'node_modules', name, 'bin/node')
  if (existsSync(program)) return program
  doing(`fetching Node ${VERSION}, as boards with Debian 12 have it`)
  const fresh = `${FOLDER}.new`
  rmSync(fresh, { recursive: true, force: true })
  const options = ['--prefix', fresh, '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  const { code, output } = await runSilently('npm', ['install', ...options, `${name}@${VERSION}`])
  if (code !== 0) throw new SetupError(`Node ${VERSION} could not be fetched:\n${output}`)
  rmSync(FOLDER, { recursive: true, force: true })
  renameSync(fresh, FOLDER)
  done(`Node ${VERSION}`)
  return program
}
