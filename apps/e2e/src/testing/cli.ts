import { join } from 'node:path'
import { PROJECT_FOLDER } from '@flotilla/dev'
import { runCommand } from './command.js'
import { mustSucceed } from './repository.js'
import type { World } from './world.js'

const PROGRAM = join(PROJECT_FOLDER, 'apps/cli/bin/flotilla.js')

/** The built command, typed by the first admin in a folder; gives what the terminal showed. */
export async function flotilla(world: World, cwd: string, ...words: string[]): Promise<string> {
  const env = { FLOTILLA_SERVER: world.stack.url, FLOTILLA_TOKEN: world.token }
  return mustSucceed(await runCommand(process.execPath, [PROGRAM, ...words], { cwd, env })).output
}
