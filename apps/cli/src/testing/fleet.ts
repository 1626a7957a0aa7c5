import { randomBytes } from 'node:crypto'
import { Board } from './board.js'
import type { Terminal } from './terminal.js'

/** A name that no other test uses. */
export function uniqueName(name: string): string {
  return `${name}-${randomBytes(4).toString('hex')}`
}

export interface TestFleet {
  id: string
  /** organization/fleet */
  path: string
  gitUrl: string
  /** A board that joined and reported. */
  addBoard(options?: { name?: string; uuid?: string }): Promise<{ board: Board; deviceId: string }>
}

/** A fleet in an organization of its own, made with the command itself. */
export async function createFleet(terminal: Terminal, organization = uniqueName('org')): Promise<TestFleet> {
  const known = await terminal.run(['org', 'show', organization])
  if (known.status !== 0) await terminal.ok('org', 'create', organization)
  const path = `${organization}/${uniqueName('fleet')}`
  const { id, gitUrl } = await terminal.json<{ id: string; gitUrl: string }>('fleet', 'create', path)
  return {
    id,
    path,
    gitUrl,
    addBoard: async (options = {}) => {
      const { key } = await terminal.json<{ key: string }>('provisioning-key', 'create', path, '--uses', '1')
      const board = new Board({ server: terminal.server.url, provisioningKey: key, ...options })
      return { board, deviceId: await board.join() }
    },
  }
}
