/*
 * Why a container fails, as far as the engine knows.
 */
import type Docker from 'dockerode'
import type { ContainerEvidence } from '../../ports.js'
import { multiplexedFrames, terminalFrames } from './log-frames.js'

const TIMEOUT_MS = 60_000
// A program that prints a book in one line must not fill the supervisor's memory.
const LONGEST_LINE = 2000

/** The last `lines` of its log and what the engine noted about its end and its health. */
export async function evidence(docker: Docker, containerId: string, lines: number): Promise<ContainerEvidence> {
  const abortSignal = AbortSignal.timeout(TIMEOUT_MS)
  const container = docker.getContainer(containerId)
  const { State: state, Config: config } = await container.inspect({ abortSignal })
  const log = await container.logs({
    follow: false,
    stdout: true,
    stderr: true,
    timestamps: true,
    tail: lines,
    abortSignal,
  })
  const healthOutput = state.Health?.Log.at(-1)?.Output.trim()
  return {
    // The engine calls one that it is about to start again running.
    ...((!state.Running || state.Restarting) && { exitCode: state.ExitCode }),
    ...(state.OOMKilled && { oomKilled: true }),
    ...(healthOutput !== undefined && healthOutput !== '' && { healthOutput }),
    lastLines: await readLines(log, config.Tty),
  }
}

async function readLines(log: Buffer, isTerminal: boolean): Promise<string[]> {
  const source = once(log)
  const lines: string[] = []
  let open = ''
  for await (const { content, endsLine } of isTerminal ? terminalFrames(source) : multiplexedFrames(source)) {
    open = (open + content.toString('utf8')).slice(0, LONGEST_LINE)
    if (!endsLine) continue
    lines.push(open)
    open = ''
  }
  return open === '' ? lines : [...lines, open]
}

// Without `follow` the engine's answer comes as a whole.
async function* once(buffer: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(buffer)
}
