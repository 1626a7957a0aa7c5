import { ApiProblem, unwrap } from '@flotilla/api-client'
import type { CliCommand } from '../cli-command.js'
import { usageError } from '../command-error.js'
import type { Context } from '../context.js'
import { isUnprotected, parseServerAddress } from '../credentials/server-address.js'
import { askSecret, askText, readSecret } from '../prompts.js'

interface LoginOptions {
  email?: string
  passwordStdin?: boolean
  token?: string | true
}

export function addAuthCommands(program: CliCommand, context: Context): void {
  program
    .command('login')
    .description('Sign in to a server; it is used by the commands that follow.')
    .argument('[server]', 'address, such as https://flotilla.example.com')
    .option('--email <address>', 'who signs in; asked for where absent')
    .option('--password-stdin', 'read the password from stdin instead of asking')
    .option('--token [token]', 'use an API token; without a value it is asked for, or read from stdin')
    .example('flotilla login https://flotilla.example.com --email me@example.com')
    .example('flotilla login https://flotilla.example.com --token < token.txt')
    .action((server: string | undefined, options: LoginOptions) => login(context, server, options))
  program
    .command('logout')
    .description('Sign out: end the session on the server and forget its token.')
    .example('flotilla logout')
    .action(() => logout(context))
  program
    .command('whoami')
    .description('Show who is signed in where, and the roles.')
    .example('flotilla whoami')
    .action(() => whoami(context))
}

async function login(context: Context, address: string | undefined, options: LoginOptions): Promise<void> {
  if (options.token !== undefined && (options.passwordStdin || options.email !== undefined)) {
    throw usageError('Give either --token, or --email with a password.')
  }
  if (typeof options.token === 'string' && URL.canParse(options.token)) {
    throw usageError('That is an address, not a token.', 'Give the server before --token.')
  }
  const server = await serverToLogInTo(context, address)
  if (isUnprotected(server)) context.output.warn(`${server} is not encrypted: others can read what you send there.`)
  const signedIn =
    options.token === undefined
      ? await logInWithPassword(context, server, options)
      : await logInWithToken(context, server, options.token)
  const former = (await context.credentials.read()).servers[server]
  await context.credentials.save(server, signedIn)
  // Nobody holds its token any more, so it must not stay valid.
  if (former?.kind === 'session') await endSession(context, server, former.token)
  warnOfVariable(context)
  context.output.done({ server, email: signedIn.email }, `Signed in to ${server} as ${signedIn.email}.`)
}

async function serverToLogInTo(context: Context, address: string | undefined): Promise<string> {
  const known = address ?? (await context.server())
  const missing = 'Say which server: flotilla login https://flotilla.example.com'
  return parseServerAddress(known ?? (await askText(context.io, 'Server', missing)))
}

async function logInWithPassword(context: Context, server: string, options: LoginOptions) {
  const { io } = context
  const email = options.email ?? (await askText(io, 'Email', 'Say who signs in with --email.'))
  const password = options.passwordStdin
    ? await readSecret(io, 'Password')
    : await askSecret(io, 'Password', 'Nobody can type the password here: use --password-stdin or --token.')
  const session = await unwrap(context.connect(server).POST('/api/v1/auth/login', { body: { email, password } }))
  return { token: session.token, email: session.user.email, kind: 'session' as const }
}

async function logInWithToken(context: Context, server: string, given: string | true) {
  const token = given === true ? await readSecret(context.io, 'Token') : given
  const { user } = await unwrap(context.connect(server, token).GET('/api/v1/auth/whoami'))
  return { token, email: user.email, kind: 'api-token' as const }
}

async function logout(context: Context): Promise<void> {
  const server = await context.server()
  const saved = server === undefined ? undefined : (await context.credentials.read()).servers[server]
  if (server === undefined || saved === undefined) {
    context.output.done(
      { server },
      server === undefined ? 'You were not signed in.' : `You were not signed in to ${server}.`,
    )
    return
  }
  // An API token outlives the sign-out: it may be in use elsewhere, and `flotilla token revoke` ends it.
  const problem = saved.kind === 'session' ? await endSession(context, server, saved.token) : undefined
  await context.credentials.forget(server)
  if (problem) context.output.warn(`The session may go on at the server until it expires: ${problem.message}`)
  warnOfVariable(context)
  context.output.done({ server }, `Signed out of ${server}.`)
}

function warnOfVariable({ config, output }: Context): void {
  if (config.token !== undefined) output.warn('FLOTILLA_TOKEN is set: it is used instead of what is saved.')
}

/** Gives what went wrong: a server that is gone must not keep anybody from forgetting its token. */
async function endSession(context: Context, server: string, token: string): Promise<Error | undefined> {
  try {
    await unwrap(context.connect(server, token).POST('/api/v1/auth/logout'))
    return undefined
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'not-signed-in') return undefined
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function whoami(context: Context): Promise<void> {
  const { server, api } = await context.session()
  const who = await unwrap(api.GET('/api/v1/auth/whoami'))
  context.output.record({ server, ...who }, [
    ['server', server],
    ['email', who.user.email],
    ['name', who.user.name],
    ...who.memberships.map(({ organization, role }) => [`role in ${organization}`, role] as const),
  ])
}
