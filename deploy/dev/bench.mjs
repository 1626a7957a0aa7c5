// `npm run bench -- <name>`: builds what is needed and runs a benchmark of apps/bench.
import { join } from 'node:path'
import { benchmarks, readBenchmarkArguments } from './setup/benchmarks.mjs'
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { PROJECT_FOLDER } from './setup/project-folder.mjs'
import { runInTerminal } from './setup/run.mjs'
import { runCommand, UsageError } from './setup/say.mjs'
import { installPackages } from './setup/system.mjs'

// What all need, and what one needs besides.
const PACKAGES = ['git', 'docker.io', 'docker-registry', 'iproute2', 'iptables', 'apparmor']
const MORE_PACKAGES = { images: ['mmdebstrap', 'rdiff', 'zstd', 'bsdiff', 'time'] }

await runCommand(async () => {
  const [name, ...args] = process.argv.slice(2)
  const usages = benchmarks()
  if (!name || name === '--help' || name === '-h') return console.log(overview([...usages.keys()]))
  const usage = usages.get(name)
  if (usage === undefined) {
    throw new UsageError(`There is no benchmark called ${name}. There are: ${[...usages.keys()].join(', ')}`)
  }
  if (readBenchmarkArguments(name, usage, args).help) return console.log(usage)
  checkNode()
  await installPackages([...PACKAGES, ...(MORE_PACKAGES[name] ?? [])])
  await installDependencies()
  await buildProjects()
  const program = join(PROJECT_FOLDER, 'apps/bench/dist', `${name}.js`)
  return runInTerminal(process.execPath, ['--enable-source-maps', program, ...args], { cwd: PROJECT_FOLDER })
})

function overview(names) {
  const list = names.map((each) => `  npm run bench -- ${each}`).join('\n')
  return `Benchmarks print a table, and one JSON object as the last line:\n${list}\nEach says with --help what it measures.`
}
