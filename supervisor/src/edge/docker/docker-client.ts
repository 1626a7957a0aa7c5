/*
 * The connection to an engine.
 */
import Docker from 'dockerode'

export type EngineAddress = { socketPath: string } | { host: string; port: number }

/** How long an engine may take where the caller does not say, in milliseconds. */
export interface Patience {
  questionMs: number
  // A Pi with a slow card takes its time.
  changeMs: number
}

const PATIENCE: Patience = { questionMs: 60_000, changeMs: 300_000 }

// The part of dockerode that speaks HTTP.
type Modem = Docker['modem']

/** Said in full, or docker-modem would read DOCKER_HOST by itself. */
export function dockerClient(address: EngineAddress, patience: Patience = PATIENCE): Docker {
  const { host, port, socketPath } = { host: undefined, port: undefined, socketPath: undefined, ...address }
  const docker = new Docker({ host, port, socketPath, protocol: 'http' })
  limitCalls(docker.modem, patience)
  return docker
}

/**
 * An engine in a deadlock takes a call and never answers; the loop or step that asked would wait for ever. Streams last
 * as long as they last: who opens one ends it.
 */
function limitCalls(modem: Modem, { questionMs, changeMs }: Patience): void {
  const dial = modem.dial.bind(modem)
  modem.dial = (call, callback) => {
    if (call.isStream || call.abortSignal) return dial(call, callback)
    const isQuestion = call.method === 'GET' || call.method === 'HEAD'
    dial({ ...call, abortSignal: AbortSignal.timeout(isQuestion ? questionMs : changeMs) }, callback)
  }
}
