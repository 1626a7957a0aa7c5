import { createServer } from 'node:net'
import { waitFor } from './wait.js'

/**
 * Claims a name that only one process of this machine can have at a time, and gives what ends the claim; undefined
 * where somebody has it. A claim ends with its process, however that ends: the name is that of a socket in no file
 * system. Where there are none (not Linux), every claim succeeds.
 */
export async function claim(name: string): Promise<(() => void) | undefined> {
  if (process.platform !== 'linux') return () => undefined
  return new Promise((resolve) => {
    const socket = createServer()
    socket.once('error', () => resolve(undefined))
    socket.listen(`\0flotilla-${name}`, () => resolve(() => void socket.close()))
    // It keeps no process alive.
    socket.unref()
  })
}

/** Does work that two processes must not do at the same time. */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  const end = await waitFor(() => claim(name), { what: `nobody else does ${name}`, timeoutMs: 300_000 })
  try {
    return await work()
  } finally {
    end()
  }
}
