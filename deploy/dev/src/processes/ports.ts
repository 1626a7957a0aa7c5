import { randomInt } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { claim } from './claims.js'

// Below the ports that the kernel lends to outgoing connections (32768 and up): one of those may be taken by anybody in
// the moment between our look and the server's start.
const FIRST_PORT = 15_000
const LAST_PORT = 32_000
const TRIES = 200

/**
 * A TCP port that nobody listens on at this moment, and that no outgoing connection will be given. It is this process's
 * until that ends: whoever else asks, here or in another process, gets another one, however late the server starts.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if ((await isPortFree(port, host)) && (await claim(`port-${port}`))) return port
  }
  throw new Error(`No free port between ${FIRST_PORT} and ${LAST_PORT} was found in ${TRIES} tries.`)
}

/** Whether `port` can be listened on. */
export async function isPortFree(port: number, host = '0.0.0.0'): Promise<boolean> {
  return listenOnce(port, host).then(
    () => true,
    () => false,
  )
}

/** `wanted`, or the first free port after it. */
export async function freePortFrom(wanted: number, host = '0.0.0.0'): Promise<number> {
  for (let port = wanted; port < wanted + 100; port++) if (await isPortFree(port, host)) return port
  throw new Error(`No port between ${wanted} and ${wanted + 99} is free.`)
}

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, () => {
      const { port: actual } = server.address() as AddressInfo
      server.close(() => resolve(actual))
    })
  })
}
