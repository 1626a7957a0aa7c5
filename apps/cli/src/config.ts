import { homedir } from 'node:os'
import { join } from 'node:path'

/** What the command takes from its environment. Nothing else reads process.env. */
export interface Config {
  /** FLOTILLA_SERVER: used instead of the server that was signed in to last. */
  readonly server?: string
  /** FLOTILLA_TOKEN: used instead of the saved one. */
  readonly token?: string
  /** Where `flotilla login` keeps servers and tokens. */
  readonly credentialsFile: string
  /** NO_COLOR and FORCE_COLOR; undefined leaves it to the terminal. */
  readonly colour?: boolean
  /** The whole environment, for git. */
  readonly inherited: Readonly<Record<string, string | undefined>>
}

/** The variables that Flotilla itself gives a meaning to, for the help and docs/cli.md. */
export const VARIABLES: Record<string, string> = {
  FLOTILLA_SERVER: 'address of the server to use, instead of the one signed in to last',
  FLOTILLA_TOKEN: 'token to use, instead of the saved one',
  XDG_CONFIG_HOME: 'servers and tokens are kept in flotilla/config.json below this folder; default ~/.config',
  NO_COLOR: 'set to anything: no colours',
  FORCE_COLOR: 'set to anything but 0: colours although the output is not a terminal',
}

export function readConfig(
  environment: Record<string, string | undefined> = process.env,
  home: string = homedir(),
): Config {
  return Object.freeze({
    server: environment.FLOTILLA_SERVER || undefined,
    token: environment.FLOTILLA_TOKEN || undefined,
    credentialsFile: join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'flotilla', 'config.json'),
    colour: colourWish(environment),
    inherited: { ...environment },
  })
}

function colourWish(environment: Record<string, string | undefined>): boolean | undefined {
  if (environment.NO_COLOR) return false
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== '0'
  return environment.TERM === 'dumb' ? false : undefined
}
