import { unwrap } from '@flotilla/api-client'
import type { FleetView, ReleaseView } from '@flotilla/contracts'
import type { Api } from '../api/connect.js'
import type { CliCommand } from '../cli-command.js'
import { CommandError, usageError } from '../command-error.js'
import type { Context, Session } from '../context.js'
import { gitCredentials } from '../git/credentials.js'
import { Git } from '../git/git.js'
import { parseRemoteUrl } from '../git/remote-url.js'
import { readRepository, REMOTE, type Repository } from '../git/repository.js'
import { findFleet, fleetPath } from '../names/fleets.js'

interface PushOptions {
  fleet?: string
  branch?: string
  follow?: boolean
  force?: boolean
  remoteOnly?: boolean
}

export function addPushCommand(program: CliCommand, context: Context): void {
  program
    .command('push')
    .description('Push this git repository to a fleet: it is built into a release, as its output shows.')
    .argument('[refs...]', 'what git should push besides or instead: tags, local:remote')
    .option('--fleet <fleet>', `organization/fleet; the one of the remote "${REMOTE}" where absent`)
    .option('--branch <branch>', "push HEAD as this branch; the current branch's name where absent")
    .option('--follow', 'stay until the first devices have run the release well, or one refuses it')
    .option('--force', 'also where the branch there is not an ancestor')
    .option('--remote-only', `only add the remote "${REMOTE}", so that plain git can push`)
    .example('flotilla push --fleet acme/weather')
    .example('flotilla push --follow')
    .example('flotilla push v1.4.0')
    .action((refs: string[], options: PushOptions) => push(context, refs, options))
}

async function push(context: Context, refs: string[], options: PushOptions): Promise<void> {
  const git = new Git(context.io.cwd, context.config.inherited)
  const repository = await readRepository(git)
  const session = await context.session()
  const fleet = await findTarget(session, repository, options.fleet)
  await addRemote(context, git, repository, fleet)
  if (options.remoteOnly) {
    const manual = `git push ${REMOTE} ${fleet.deployBranch}`
    context.output.note(`Push with \`${manual}\`, any user name, and as password a token of: flotilla token create git`)
    return context.output.done(summary(fleet), `The remote ${REMOTE} is ${fleet.gitUrl}`)
  }
  const refspecs =
    refs.length > 0 && options.branch === undefined ? refs : [headTo(repository, options.branch), ...refs]
  announce(context, repository, fleet, refspecs)
  // By its name where we can, so that git keeps its note of what is there.
  const isOurs = repository.remoteUrl === undefined || repository.remoteUrl === fleet.gitUrl
  await runPush(context, git, { session, fleet, args: [isOurs ? REMOTE : fleet.gitUrl, ...refspecs], options })
  if (!context.output.json) return
  const release =
    repository.commit === undefined ? undefined : await newestRelease(session.api, fleet, repository.commit)
  context.output.document({ ...summary(fleet), commit: repository.commit, release })
}

/** The fleet that was named, else that of the remote, if it is on the server that we speak to. */
async function findTarget(session: Session, { remoteUrl }: Repository, name: string | undefined): Promise<FleetView> {
  if (name !== undefined) return findFleet(session.api, name)
  const remote = remoteUrl === undefined ? undefined : parseRemoteUrl(remoteUrl)
  if (!remote) throw usageError('Say which fleet to push to.', 'Run: flotilla push --fleet organization/fleet')
  const fleet = await findFleet(session.api, remote.fleet)
  if (parseRemoteUrl(fleet.gitUrl)?.server !== remote.server) {
    throw usageError(
      `The remote ${REMOTE} is on ${remote.server}, and you are signed in to ${session.server}.`,
      `Run: flotilla --server ${remote.server} push`,
    )
  }
  return fleet
}

async function addRemote(context: Context, git: Git, { remoteUrl }: Repository, fleet: FleetView): Promise<void> {
  if (remoteUrl === undefined) {
    await git.ask('remote', 'add', REMOTE, fleet.gitUrl)
    context.output.note(`Added the remote ${REMOTE}: ${fleet.gitUrl}`)
  } else if (remoteUrl !== fleet.gitUrl) {
    context.output.note(
      `The remote ${REMOTE} stays ${remoteUrl}. To change it: git remote set-url ${REMOTE} ${fleet.gitUrl}`,
    )
  }
}

function headTo({ branch, commit }: Repository, wanted: string | undefined): string {
  if (commit === undefined) throw usageError('There is no commit to push.', 'Run: git add . && git commit')
  const name = wanted ?? branch
  if (name === undefined) throw usageError('HEAD is on no branch: say as which one to push it with --branch.')
  return `HEAD:refs/heads/${name}`
}

/** What a person may not expect of this push. */
function announce({ output }: Context, { uncommitted }: Repository, fleet: FleetView, refspecs: string[]): void {
  if (uncommitted > 0) {
    output.note(`${uncommitted} changed ${uncommitted === 1 ? 'file is' : 'files are'} not committed, and not pushed.`)
  }
  const branches = refspecs.flatMap((refspec) => /:refs\/heads\/(.+)$/.exec(refspec)?.[1] ?? [])
  const draft = branches.find((branch) => branch !== fleet.deployBranch)
  if (draft !== undefined) {
    output.note(`${fleetPath(fleet)} deploys ${fleet.deployBranch}; a push to ${draft} makes a draft release.`)
  }
}

interface Push {
  session: Session
  fleet: FleetView
  /** Where to and what, for git. */
  args: string[]
  options: PushOptions
}

async function runPush(context: Context, git: Git, { session, fleet, args, options }: Push): Promise<void> {
  // The address of the server as git meets it may differ from the one that the API is called at.
  const server = parseRemoteUrl(fleet.gitUrl)?.server ?? session.server
  const flags = [...(options.force ? ['--force'] : []), ...(options.follow ? ['--push-option=follow'] : [])]
  const secrets = gitCredentials(server, session.token, context.config.inherited)
  // Ctrl-C reaches git by itself. Its output is for people, so with --json all of it goes to stderr.
  const streams = { stdout: context.output.json ? context.io.stderr : context.io.stdout, stderr: context.io.stderr }
  const status = await git.run(['push', ...flags, ...args], streams, secrets)
  if (status !== 0) throw pushFailed(status)
}

/** git has said itself what went wrong; its exit status becomes ours. */
function pushFailed(status: number): CommandError {
  const detail = `git ended with exit status ${status}; what it said stands before this.`
  return new CommandError('push-failed', status, detail, { quiet: true })
}

async function newestRelease(api: Api, fleet: FleetView, commit: string): Promise<ReleaseView | undefined> {
  const { items } = await unwrap(
    api.GET('/api/v1/releases', { params: { query: { fleet: fleet.id, commit, limit: 1 } } }),
  )
  return items[0]
}

function summary(fleet: FleetView) {
  return { fleet: fleetPath(fleet), remote: REMOTE, url: fleet.gitUrl }
}
