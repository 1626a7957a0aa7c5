import { request } from 'node:http'

/** How to reach the Docker engine that runs on this machine, as DOCKER_HOST. */
export const ENGINE_ADDRESS = process.env.DOCKER_HOST || 'unix:///var/run/docker.sock'

/** Whether a Docker engine answers there: 'yes', 'forbidden' to this user, or 'no'. */
export function engineState(address = ENGINE_ADDRESS) {
  const target = address.startsWith('unix://')
    ? { socketPath: address.slice('unix://'.length) }
    : { host: new URL(address).hostname, port: new URL(address).port || 2375 }
  return new Promise((resolve) => {
    const asking = request({ ...target, path: '/_ping', timeout: 3000 }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200 ? 'yes' : 'no')
    })
    asking.once('timeout', () => asking.destroy())
    asking.once('error', (error) => resolve(error.code === 'EACCES' ? 'forbidden' : 'no'))
    asking.end()
  })
}
