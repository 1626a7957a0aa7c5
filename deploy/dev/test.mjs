// `npm test`: sets up what the suites need and runs all of them. The last line is the sum: "N passed, N failed".
import { join } from 'node:path'
import { installDebianNode } from './setup/debian-node.mjs'
import { runSuites } from './setup/jest.mjs'
import { PROJECT_FOLDER } from './setup/project-folder.mjs'
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { bold, green, red, runCommand, SetupError, title } from './setup/say.mjs'
import { installPackages, isRoot } from './setup/system.mjs'
import { hasFile, hasSpecs, workspaces } from './setup/workspaces.mjs'

const USAGE = `Runs the tests of every project, on real parts.

  npm test                      all of them
  npm test -- <project> …       those of these projects: contracts, supervisor, e2e …
`

// prettier-ignore
const PACKAGES = [
  'git', 'docker.io', 'docker-registry', 'redis-server', 'qemu-user-static', 'chromium', 'iproute2', 'iptables',
  'openssl', 'faketime', 'apparmor', 'btrfs-progs', 'xfsprogs', 'dosfstools', 'exfatprogs',
  'attr',
]

// Queues and live updates have two homes, and the same suites prove both.
const ON_REDIS = {
  project: 'control-plane',
  name: 'control-plane on Redis',
  env: { TEST_WITH_REDIS: '1' },
  args: [
    '--testPathPatterns',
    'queue|live|builds|stream|git/|image-sources|delta-making',
    // A builder of one suite must not take the builds of another.
    '--setupFilesAfterEnv',
    join(PROJECT_FOLDER, 'deploy/dev/jest/own-redis-database.mjs'),
  ],
}

// Many boards have an older Node than we do: what the supervisor does there with files, disks, networks and deltas.
const ON_DEBIAN_NODE = {
  project: 'supervisor',
  name: 'supervisor on Node 18',
  findProgram: installDebianNode,
  args: [
    '--testPathPatterns',
    'src/(main|bundles/|images/([^/]+$|deltas/|blobs/disk)|edge/(bundles/(sticks|folders|uploads)|cloud|host|store|volumes/(archive|disk)))',
    // The bundle begins with it.
    '--setupFiles',
    join(PROJECT_FOLDER, 'supervisor/src/node18.ts'),
  ],
}

// Beside all of its suites on this Node, a project runs some of them elsewhere.
const ELSEWHERE = [ON_REDIS, ON_DEBIAN_NODE]

await runCommand(async () => {
  const wanted = process.argv.slice(2)
  if (wanted.includes('--help')) return console.log(USAGE)
  title('Flotilla: tests')
  checkNode()
  if (!isRoot())
    throw new SetupError(
      `Tests start Docker engines and networks of their own, for which they need root:\n    ${asRoot()}`,
    )
  await installPackages(PACKAGES)
  await installDependencies()
  await buildProjects()
  const results = []
  for (const run of chosenRuns(wanted)) {
    title(run.name)
    results.push({ name: run.name, ...(await runSuites({ ...run, program: await run.findProgram?.() })) })
  }
  return report(results)
})

/** The whole system comes last and alone: it uses the machine as one Flotilla does. */
function chosenRuns(wanted) {
  const projects = workspaces()
    .filter(({ folder }) => hasFile(folder, 'jest.config.mjs') && hasSpecs(folder))
    .map(({ folder }) => ({ folder, name: folder.split('/').at(-1) }))
  const unknown = wanted.filter((name) => !projects.some((project) => project.name === name))
  if (unknown.length > 0) {
    throw new SetupError(
      `No project with tests is called ${unknown.join(', ')}: there are ${projects.map(({ name }) => name).join(', ')}.`,
    )
  }
  return projects
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
    .sort((a, b) => Number(a.name === 'e2e') - Number(b.name === 'e2e'))
    .flatMap((project) => {
      const all = { ...project, args: project.name === 'e2e' ? ['--runInBand'] : ['--maxWorkers=2'] }
      const others = ELSEWHERE.filter((other) => other.project === project.name)
      return [all, ...others.map((other) => ({ ...project, ...other, args: [...all.args, ...other.args] }))]
    })
}

function report(results) {
  title('Results')
  const width = Math.max(...results.map(({ name }) => name.length))
  for (const { name, passed, failed, note } of results) {
    const mark = failed > 0 ? red('✗') : green('✓')
    console.log(`${mark} ${name.padEnd(width)}  ${passed} passed, ${failed} failed${note ? `  (${note})` : ''}`)
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  console.log(bold(''))
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
  return sum('failed') > 0 || sum('passed') === 0 ? 1 : 0
}

function asRoot() {
  return 'sudo env "PATH=$PATH" npm test'
}
