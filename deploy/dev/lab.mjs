// `npm run lab -- <what>`: boards to try things on by hand, see apps/e2e/src/lab/README.md.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './setup/project-folder.mjs'
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { runInTerminal } from './setup/run.mjs'
import { runCommand, SetupError } from './setup/say.mjs'
import { installPackages, isRoot } from './setup/system.mjs'

const PROGRAM = join(PROJECT_FOLDER, 'apps/e2e/dist/lab/main.js')

await runCommand(async () => {
  const args = process.argv.slice(2)
  // What is asked of a lab that runs already needs no set-up.
  if (args[0] === 'up' || !existsSync(PROGRAM)) await setUp()
  return runInTerminal(process.execPath, ['--enable-source-maps', PROGRAM, ...args], { cwd: PROJECT_FOLDER })
})

async function setUp() {
  if (!isRoot()) {
    const asRoot = 'sudo env "PATH=$PATH" npm run lab -- up'
    throw new SetupError(`A lab starts Docker engines and networks of its own, for which it needs root:\n    ${asRoot}`)
  }
  checkNode()
  await installPackages(['git', 'docker.io', 'docker-registry', 'iproute2', 'iptables', 'apparmor'])
  await installDependencies()
  await buildProjects()
}
