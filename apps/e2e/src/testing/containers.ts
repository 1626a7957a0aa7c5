import { once } from 'node:events'
import { runningContainers } from './observe.js'
import type { WorldDevice } from './world.js'

/** Runs a command in the container of a service, as `docker exec` does. Throws where it fails. */
export async function runCommandIn(device: WorldDevice, service: string, command: string[]): Promise<void> {
  const { docker } = device.board.engine
  const id = (await runningContainers(docker, device.id))[service]
  if (id === undefined) throw new Error(`${service} does not run on ${device.name}`)
  const exec = await docker.getContainer(id).exec({ Cmd: command, AttachStdout: true, AttachStderr: true })
  const output = await exec.start({})
  const said: Buffer[] = []
  output.on('data', (chunk: Buffer) => said.push(chunk))
  await once(output, 'end')
  const { ExitCode } = await exec.inspect()
  if (ExitCode !== 0) throw new Error(`${command.join(' ')} ended with ${ExitCode}: ${Buffer.concat(said).toString()}`)
}
