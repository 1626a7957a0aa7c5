// `npm run check`: types, lint, import rules, format and generated files. The last line is "N passed, N failed".
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { PROJECT_FOLDER } from './setup/project-folder.mjs'
import { runSilently } from './setup/run.mjs'
import { dim, green, red, runCommand, title } from './setup/say.mjs'
import { hasFile, workspaces } from './setup/workspaces.mjs'

await runCommand(async () => {
  title('Flotilla: checks')
  checkNode()
  await installDependencies()
  await buildProjects()
  const results = await runAll([...typeChecks(), ...wholeProjectChecks(), ...generatedFiles()])
  const failed = results.filter((passed) => !passed).length
  console.log(`\n${results.length - failed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
})

function typeChecks() {
  return workspaces()
    .flatMap(({ folder }) => [folder, `${folder}/ui-tests`])
    .filter((folder) => hasFile(folder, 'tsconfig.json'))
    .map((folder) => ({ name: `types: ${folder}`, command: [bin('tsc'), '-p', folder] }))
}

function wholeProjectChecks() {
  const folders = ['apps', 'libs', 'supervisor', 'deploy']
  return [
    { name: 'lint', command: [bin('eslint'), '--max-warnings', '0', '.'] },
    {
      name: 'import rules',
      command: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', ...folders],
    },
    { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  ]
}

/** Files that are made from others and committed: each maker fails with --check where its file is not up to date. */
function generatedFiles() {
  return [
    { name: 'openapi.json', command: ['deploy/dev/setup/compare-openapi.mjs'] },
    { name: 'api client', command: ['libs/api-client/generate.mjs', '--check'] },
    {
      name: 'env.example',
      command: ['apps/control-plane/dist/main.env-example.js', '--check', 'deploy/selfhost/env.example'],
    },
    { name: 'docs/cli.md', command: ['apps/cli/dist/main.docs.js', '--check'] },
  ]
}

/** As many at a time as there are cores; gives which passed. */
async function runAll(checks) {
  const waiting = [...checks]
  const results = []
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) results.push(await runCheck(check))
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

async function runCheck({ name, command }) {
  const started = Date.now()
  const { code, output } = await runSilently(process.execPath, command, { cwd: PROJECT_FOLDER })
  const time = dim(`${((Date.now() - started) / 1000).toFixed(1)} s`)
  console.log(code === 0 ? `${green('✓')} ${name}  ${time}` : `${red('✗')} ${name}  ${time}\n${output}`)
  return code === 0
}

function bin(name) {
  return join(PROJECT_FOLDER, 'node_modules/.bin', name)
}
