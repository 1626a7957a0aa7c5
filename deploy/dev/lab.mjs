// `npm run lab -- <what>`: boards to try things on by hand, see apps/e2e/src/lab/README.md.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './setup/project-folder.mjs'
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { runInTerminal } from './setup/run.mjs'
import { runCommand, SetupError } from './setup/say.mjs'
import { installPackages, isRoot } from './setup/system.mjs'

const PROGRAM = join(PROJECT_FOLDER, 'apps/e2e/dist/lab/main.js')
const README = join(PROJECT_FOLDER, 'apps/e2e/src/lab/README.md')

await runCommand(async () => {
  const args = process.argv.slice(2)
  const isBuilt = existsSync(PROGRAM)
  // Before its program is there, its page says as much.
  if (!isBuilt && asksForHelp(args)) return console.log(readFileSync(README, 'utf8'))
  // What is asked of a lab that runs already needs no set-up, nor what the program will refuse.
  if (!isBuilt || isStart(args)) await setUp()
  return runInTerminal(process.execPath, ['--enable-source-maps', PROGRAM, ...args], { cwd: PROJECT_FOLDER })
})

function asksForHelp(args) {
  return args.length === 0 || args[0] === 'help' || args.some((each) => each === '--help' || each === '-h')
}

function isStart([command, ...rest]) {
  return command === 'up' && rest.every((each) => /^\d+$/.test(each))
}

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
