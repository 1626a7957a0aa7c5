import { createServer, request, type Server } from 'node:http'
import { rmSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { DeedSchema, type Deed } from './deeds.js'

// One lab at a time: every terminal finds it here.
const SOCKET = '/run/flotilla-lab.sock'

/** Listens for deeds from other terminals; `act` gives what they print. Throws where a lab runs already. */
export async function listenForDeeds(act: (deed: Deed) => Promise<string>): Promise<Server> {
  if (await isLabRunning()) throw new Error('A lab runs already: `npm run lab -- down` ends it.')
  rmSync(SOCKET, { force: true })
  const server = createServer((incoming, response) => {
    const answer = async () => {
      const deed = DeedSchema.parse(JSON.parse(await text(incoming)))
      return act(deed)
    }
    answer().then(
      (said) => response.end(said),
      (error: unknown) => response.writeHead(400).end(error instanceof Error ? error.message : String(error)),
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(SOCKET, resolve))
  return server
}

/** Asks the running lab; gives what it says. Throws an Error for people where it refuses or there is none. */
export function askLab(deed: Deed): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: SOCKET, method: 'POST' }, (response) => {
      text(response).then((said) => (response.statusCode === 200 ? resolve(said) : reject(new Error(said))), reject)
    })
    call.once('error', (cause) => reject(new Error('No lab runs: start one with `npm run lab -- up 3`.', { cause })))
    call.end(JSON.stringify(deed))
  })
}

async function isLabRunning(): Promise<boolean> {
  return askLab({ do: 'status' }).then(
    () => true,
    (error: unknown) => !(error instanceof Error && error.message.startsWith('No lab runs')),
  )
}
