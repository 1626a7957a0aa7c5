import type Docker from 'dockerode'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { run } from '../processes/run.js'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs a command in a new container to its end and gives what it printed. */
export async function runContainer(docker: Docker, image: string, command: string[]): Promise<string> {
  const container = await docker.createContainer({ Image: image, Cmd: command, Tty: true })
  try {
    // Attached, because the log of a container that has just ended may still lack its last line.
    const output = await container.attach({ stream: true, stdout: true, stderr: true })
    await container.start()
    return await text(output)
  } finally {
    await container.remove({ force: true })
  }
}

/** Builds a Dockerfile without a context through BuildKit, as the builder does. */
export async function buildImage(docker: Docker, dockerfile: string, options: Docker.ImageBuildOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-context-'))
  writeFileSync(join(folder, 'Dockerfile'), dockerfile)
  await run('tar', '--create', '--file', join(folder, 'context.tar'), '--directory', folder, 'Dockerfile')
  const context = readFileSync(join(folder, 'context.tar'))
  rmSync(folder, { recursive: true })
  const progress = await docker.buildImage(Readable.from([context]), { ...options, version: '2' })
  await endOf(progress)
}

/** Waits for a push, pull or build, whose failures are messages and not errors. */
export async function endOf(progress: NodeJS.ReadableStream): Promise<void> {
  const messages = (await buffer(progress)).toString().split('\n').filter(Boolean)
  for (const message of messages) {
    const { error } = JSON.parse(message) as { error?: string }
    if (error) throw new Error(error)
  }
}
