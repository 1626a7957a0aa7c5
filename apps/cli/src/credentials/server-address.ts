import { usageError } from '../command-error.js'

/** The one way a server's address is written, so that it names the same entry whichever way a person typed it. */
export function parseServerAddress(text: string): string {
  const typed = text.trim()
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)
  const url = tryUrl(hasScheme ? typed : `${isLoopback(typed) ? 'http' : 'https'}://${typed}`)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw usageError(`${text} is not the address of a server.`, 'It looks like https://flotilla.example.com.')
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

/** A token sent there could be read on its way. */
export function isUnprotected(server: string): boolean {
  const url = new URL(server)
  return url.protocol === 'http:' && !isLoopback(url.host)
}

/** No other machine can reach it. */
export function isOnThisMachine(server: string): boolean {
  return isLoopback(new URL(server).host)
}

function isLoopback(host: string): boolean {
  return /^(localhost|[^/:]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/i.test(host)
}

function tryUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
