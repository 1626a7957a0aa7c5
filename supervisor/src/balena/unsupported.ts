import { json, type LocalAnswer } from '../local-api/local-request.js'

/** What Flotilla does not do as balena does; better said than pretended. */
export function unsupported(reason: string): () => LocalAnswer {
  return () => json(501, { status: 'failed', message: `Flotilla's supervisor does not do this: ${reason}` })
}
