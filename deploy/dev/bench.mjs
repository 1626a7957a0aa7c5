// `npm run bench -- <name>`: builds what is needed and runs a benchmark of apps/bench.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { PROJECT_FOLDER } from './setup/project-folder.mjs'
import { runInTerminal } from './setup/run.mjs'
import { runCommand, SetupError } from './setup/say.mjs'
import { installPackages } from './setup/system.mjs'

// What all need, and what one needs besides.
const PACKAGES = ['git', 'docker.io', 'docker-registry', 'iproute2', 'iptables', 'apparmor']
const MORE_PACKAGES = { images: ['mmdebstrap', 'rdiff', 'zstd', 'bsdiff', 'time'] }

const SOURCES = join(PROJECT_FOLDER, 'apps/bench/src')

await runCommand(async () => {
  const [name, ...args] = process.argv.slice(2)
  const names = benchmarks()
  if (!name || name === '--help' || !names.includes(name)) {
    const list = names.map((each) => `  npm run bench -- ${each}`).join('\n')
    if (name && name !== '--help') throw new SetupError(`There is no benchmark called ${name}. There are:\n${list}`)
    return console.log(`Benchmarks print a table, and one JSON object as the last line:\n${list}`)
  }
  checkNode()
  await installPackages([...PACKAGES, ...(MORE_PACKAGES[name] ?? [])])
  await installDependencies()
  await buildProjects()
  const program = join(PROJECT_FOLDER, 'apps/bench/dist', `${name}.js`)
  return runInTerminal(process.execPath, ['--enable-source-maps', program, ...args], { cwd: PROJECT_FOLDER })
})

/** A benchmark is a file whose comment says how to run it; the others are what benchmarks share. */
function benchmarks() {
  if (!existsSync(SOURCES)) return []
  const names = readdirSync(SOURCES)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
  return names.filter((name) => readFileSync(join(SOURCES, `${name}.ts`), 'utf8').includes(`npm run bench -- ${name}`))
}
