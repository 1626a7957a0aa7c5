// All that a board of the try-out reaches of the internet: Debian's packages, by plain http.
import { createServer, request } from 'node:http'

const HOSTS = /(^|\.)debian\.org$/

export async function startAptProxy(address) {
  const server = createServer((incoming, response) => {
    const url = URL.canParse(incoming.url) ? new URL(incoming.url) : undefined
    if (!url || !HOSTS.test(url.hostname)) return void response.writeHead(403).end()
    const { method, headers } = incoming
    const outgoing = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise((resolve) => server.listen(0, address, resolve))
  return { url: `http://${address}:${server.address().port}`, stop: () => server.close() }
}
