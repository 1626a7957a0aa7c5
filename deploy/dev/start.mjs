// `npm start`: from a fresh clone to a running Flotilla. Only Node's own modules until the packages are installed.
import { buildProjects, checkNode, installDependencies } from './setup/project.mjs'
import { engineState } from './setup/engine.mjs'
import { makeHome, START_USAGE, startOptions } from './setup/options.mjs'
import { runCommand, title } from './setup/say.mjs'
import { installPackages } from './setup/system.mjs'

await runCommand(async () => {
  const options = startOptions(process.argv.slice(2))
  if (options.help) return console.log(START_USAGE)
  title('Flotilla')
  checkNode()
  await installPackages(await neededPackages())
  await installDependencies()
  await buildProjects()
  makeHome(options.home)
  if (options.reset) {
    const { resetDemo } = await import('./dist/demo/reset.js')
    await resetDemo(options)
    makeHome(options.home)
  }
  const { runDemo } = await import('./dist/demo/demo.js')
  await runDemo(options)
  process.exit()
})

async function neededPackages() {
  const engine = (await engineState()) === 'no' ? ['docker.io', 'apparmor'] : []
  const registry = process.env.REGISTRY_URL ? [] : ['docker-registry']
  return ['git', ...engine, ...registry]
}
