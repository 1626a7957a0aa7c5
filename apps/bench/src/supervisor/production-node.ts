import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_FOLDER } from '@flotilla/dev'

/** As the launcher on boards runs Node: its flags, and variables of its environment. */
export function productionNode(): { flags: string[]; variables: Record<string, string> } {
  const launcher = readFileSync(join(PROJECT_FOLDER, 'deploy/pi/launch-supervisor.sh'), 'utf8')
  const flags = /^NODE_FLAGS='(.+)'$/m.exec(launcher)?.[1]
  if (flags === undefined) throw new Error('deploy/pi/launch-supervisor.sh does not say how Node is run')
  const exported = [...launcher.matchAll(/^export (MALLOC\w+)=(\w+)$/gm)]
  const variables = Object.fromEntries(exported.map(([, name = '', value = '']) => [name, value]))
  return { flags: flags.split(' '), variables }
}
