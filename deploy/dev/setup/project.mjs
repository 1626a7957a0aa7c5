import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildStamp, isBuilt, keepStamp } from './build-stamp.mjs'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { runInTerminal, runSilently } from './run.mjs'
import { done, doing, SetupError } from './say.mjs'

export function checkNode() {
  const { engines } = readJson('package.json')
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = /(\d+)\.(\d+)/.exec(engines.node).slice(1).map(Number)
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    const versions = `Flotilla needs Node ${wantedMajor}.${wantedMinor} or newer, and this is ${process.versions.node}.`
    throw new SetupError(`${versions}\n  Get one from https://nodejs.org/en/download, then run this again.`)
  }
  done(`Node ${process.versions.node}`)
}

/** Runs `npm ci` where node_modules is not what package-lock.json says. */
export async function installDependencies() {
  if (areDependenciesInstalled()) return done('npm packages')
  doing('installing the npm packages (npm ci); this takes about a minute')
  const code = await runInTerminal('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: PROJECT_FOLDER,
  })
  if (code !== 0) throw new SetupError('npm ci failed: see its messages above. It needs the network.')
  done('npm packages')
}

/** Builds every project; nx leaves out what has not changed. */
export async function buildProjects() {
  if (isBuilt(PROJECT_FOLDER, await buildStamp(PROJECT_FOLDER))) return done('built')
  doing('building')
  const args = [join(PROJECT_FOLDER, 'node_modules/.bin/nx'), 'run-many', '-t', 'build']
  const started = Date.now()
  const { code, output } = await runSilently(process.execPath, args, { cwd: PROJECT_FOLDER })
  if (code !== 0) throw new SetupError(`The build failed:\n${output}`)
  keepStamp(PROJECT_FOLDER, await buildStamp(PROJECT_FOLDER))
  done('built', `${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** npm keeps what it has installed in node_modules/.package-lock.json. */
function areDependenciesInstalled() {
  if (!existsSync(join(PROJECT_FOLDER, 'node_modules/.package-lock.json'))) return false
  const installed = readJson('node_modules/.package-lock.json').packages
  const wanted = Object.entries(readJson('package-lock.json').packages)
  return wanted.every(([path, entry]) => {
    // Packages for other systems are in the lock file, but not here.
    if (!path.includes('node_modules/') || entry.optional || entry.peer) return true
    return entry.link ? installed[path]?.link === true : installed[path]?.version === entry.version
  })
}

function readJson(path) {
  return JSON.parse(readFileSync(join(PROJECT_FOLDER, path), 'utf8'))
}
