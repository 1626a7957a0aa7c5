import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../processes/run.js'
import { PROJECT_FOLDER } from '../stack/built-programs.js'
import { DemoError } from './errors.js'

const USUAL_PORT = '8000:8080'

/** Where the person finds the copy of examples/hello that belongs to the demo fleet. */
export function appFolder(home: string): string {
  return join(home, 'examples', 'hello')
}

/** Makes the copy, as a git repository with one commit, where it is not there yet. */
export async function copyExample(home: string, appPort: number): Promise<string> {
  const folder = appFolder(home)
  if (existsSync(folder)) return folder
  // Under another name until it is whole: a first start may be interrupted at any point.
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  cpSync(join(PROJECT_FOLDER, 'examples', 'hello'), unfinished, { recursive: true })
  const compose = join(unfinished, 'docker-compose.yml')
  writeFileSync(compose, readFileSync(compose, 'utf8').replace(USUAL_PORT, `${appPort}:8080`))
  const git = (...args: string[]) => run('git', '-C', unfinished, ...args)
  await git('init', '--quiet', '--initial-branch', 'main')
  await setIdentity(unfinished)
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'hello')
  renameSync(unfinished, folder)
  return folder
}

/** Makes `git push` alone go to the fleet, with the token that is kept beside it. */
export async function connectExample(home: string, gitUrl: string, token: string): Promise<void> {
  const git = (...args: string[]) => run('git', '-C', appFolder(home), ...args)
  const credentials = join(home, 'secrets', 'git-credentials')
  const url = new URL(gitUrl)
  writeFileSync(credentials, `${url.protocol}//flotilla:${token}@${url.host}\n`, { mode: 0o600 })
  await git('config', 'remote.origin.url', gitUrl)
  await git('config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*')
  await git('config', 'branch.main.remote', 'origin')
  await git('config', 'branch.main.merge', 'refs/heads/main')
  // The empty one switches off what the person has set for all repositories: no keyring is to ask here.
  await git('config', '--replace-all', 'credential.helper', '')
  await git('config', '--add', 'credential.helper', `store --file=${JSON.stringify(credentials)}`)
}

/** `git push` with the person looking on. It does not follow: that would be for as long as the release is on trial. */
export async function pushExample(home: string, signal: AbortSignal): Promise<void> {
  const args = ['-C', appFolder(home), 'push', 'origin', 'main']
  const child = spawn('git', args, { stdio: 'inherit', signal })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new DemoError(`The push was refused: its messages are above. More is in ${join(home, 'logs')}.`)
}

// Only where the person has not told git who they are: then every commit would fail.
async function setIdentity(folder: string): Promise<void> {
  const git = (...args: string[]) => run('git', '-C', folder, ...args)
  const known = await git('config', 'user.email').catch(() => '')
  if (known.trim()) return
  await git('config', 'user.name', 'Flotilla demo')
  await git('config', 'user.email', 'demo@flotilla.local')
}
