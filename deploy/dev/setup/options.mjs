import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { SetupError } from './say.mjs'

export const START_USAGE = `Runs a whole Flotilla on this machine, with a demo fleet of one device.

  npm start                     set up what is missing, start, and deploy examples/hello; a second start goes on
  npm start -- --reset          delete all that earlier starts made, after asking, and begin anew

Options, after --:
  --port <port>                 of dashboard, API and git (default 8080, or the next free one)
  --registry-port <port>        of the image registry (default 5000, or the next free one)
  --address <address>           how browsers and boards reach this machine (default 127.0.0.1: from here alone)
  --yes                         do not ask before --reset
  --help

Environment:
  FLOTILLA_HOME                 folder for all data (default .flotilla in the project)
  DATABASE_URL                  a Postgres to use instead of starting one
  REDIS_URL                     a Redis for queues and live updates, instead of Postgres
  REGISTRY_URL                  an OCI registry to use instead of starting one
  DOCKER_HOST                   a Docker engine to use instead of /var/run/docker.sock
`

/** The options of `npm start`; wrong ones are an error that names them. */
export function startOptions(args) {
  const values = parse(args)
  return {
    help: values.help === true,
    reset: values.reset === true,
    yes: values.yes === true,
    port: port('--port', values.port),
    registryPort: port('--registry-port', values['registry-port']),
    address: values.address,
    home: homeFolder(),
  }
}

export function homeFolder() {
  return resolve(process.env.FLOTILLA_HOME || join(PROJECT_FOLDER, '.flotilla'))
}

export function makeHome(home) {
  try {
    if (!existsSync(home)) mkdirSync(home, { recursive: true })
  } catch (cause) {
    throw new SetupError(`Cannot make the folder ${home} for Flotilla's data. Set FLOTILLA_HOME to another one.`, {
      cause,
    })
  }
}

function parse(args) {
  const text = { type: 'string' }
  const flag = { type: 'boolean' }
  const options = { port: text, 'registry-port': text, address: text, reset: flag, yes: flag, help: flag }
  try {
    return parseArgs({ args, options, allowPositionals: false }).values
  } catch (error) {
    throw new SetupError(`${error.message}\n  See npm start -- --help.`)
  }
}

function port(name, value) {
  if (value === undefined) return undefined
  const number = Number(value)
  if (Number.isInteger(number) && number > 0 && number < 65536) return number
  throw new SetupError(`${name} must be a number from 1 to 65535.`)
}
