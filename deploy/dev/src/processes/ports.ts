import { createServer, type AddressInfo } from 'node:net'

/** A TCP port that nobody listens on at this moment. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  return listenOnce(0, host)
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
