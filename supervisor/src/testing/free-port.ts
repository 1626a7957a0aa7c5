import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below the ports that the kernel lends to outgoing connections: one of those may be taken at any moment.
const [FIRST_PORT, LAST_PORT] = [15_000, 32_000]

/** A TCP port that nobody listens on at this moment, on any address of this machine. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
