import type { AppState, DeviceCommandView, DeviceView, Rejection, ServiceEvidence } from '@flotilla/contracts'
import { formatAge } from './age.js'
import { printable } from './printable.js'
import type { Column } from './table.js'

/* Why a device does what it does, in the order in which people ask. Pure. */

export interface Explained {
  device: DeviceView
  /** What it last said of the app that it should run. Absent: nothing yet. */
  app?: AppState
}

export function renderExplanation({ device, app }: Explained, now: Date): string {
  const paragraphs = [headline(device, now), releases(device), explanation(device, now), trial(app, now)]
  if (app?.rejected) paragraphs.push(rejection(app.rejected, now))
  return paragraphs.filter((paragraph) => paragraph !== undefined).join('\n\n')
}

export function commandColumns(now: Date): Column<DeviceCommandView>[] {
  return [
    { title: 'COMMAND', value: ({ command }) => describeCommand(command) },
    { title: 'STATE', value: ({ state }) => state },
    { title: 'BY', value: ({ actor }) => actor.label },
    { title: 'ASKED', value: ({ createdAt }) => formatAge(createdAt, now) },
    { title: 'EXPIRES', value: ({ expiresAt }) => formatAge(expiresAt, now) },
  ]
}

/** `restart web, forced` */
export function describeCommand(command: DeviceCommandView['command']): string {
  const words = [
    command.kind,
    ...('service' in command && command.service !== undefined ? [command.service] : []),
    ...('volumes' in command ? (command.volumes ?? []) : []),
    ...('volume' in command && command.volume !== undefined ? [command.volume] : []),
    ...('snapshotId' in command ? [command.snapshotId] : []),
  ]
  const forced = 'force' in command && command.force ? ', forced' : ''
  return words.join(' ') + forced
}

function headline({ name, fleet, connectivity, activity, lastSeenAt, reportedAt }: DeviceView, now: Date): string {
  const who = `${name} in ${fleet}`
  if (connectivity === 'online') return `${who} is online${activity === undefined ? '' : ` and ${activity}`}.`
  if (connectivity === 'never') {
    // Sightings are stored a little later than reports.
    if (reportedAt !== undefined) return `${who} has just joined${activity === undefined ? '' : ` and is ${activity}`}.`
    return `${who} has never been seen: no board has joined in its name yet.`
  }
  const seen = lastSeenAt === undefined ? '' : `, last seen ${formatAge(lastSeenAt, now)}`
  return `${who} is offline${seen}.${activity === undefined ? '' : ` It was ${activity} then.`}`
}

function releases(device: DeviceView): string {
  const { targetVersion = 'nothing yet', runningVersion = 'no release as a whole', connectivity } = device
  const pinned = device.pinnedReleaseId === undefined ? '' : ' (pinned)'
  const runs = connectivity === 'offline' ? 'It ran' : 'It runs'
  return `It should run ${targetVersion}${pinned}. ${runs} ${runningVersion}.`
}

function explanation({ explanation: text, reportedAt }: DeviceView, now: Date): string {
  if (text === undefined) return 'It has not explained itself yet.'
  const age = reportedAt === undefined ? '' : ` (${formatAge(reportedAt, now)})`
  return `It said${age}:\n${indented(text, '  ')}`
}

function trial(app: AppState | undefined, now: Date): string | undefined {
  if (!app?.trial) return undefined
  const { releaseId, failures, lastFailure } = app.trial
  if (failures === undefined || failures === 0) return 'The release is on trial: it is watched until it is confirmed.'
  const version = lastFailure?.version ?? releaseId
  const times = failures === 1 ? 'once' : `${failures} times`
  const said = `Release ${version} has failed ${times} on trial and is tried again: there is none to go back to.`
  return lastFailure ? `${said}\n${evidence(lastFailure, `Last failure ${formatAge(lastFailure.at, now)}`)}` : said
}

function rejection(rejected: Rejection, now: Date): string {
  const title = `Release ${printable(rejected.version)} was rejected ${formatAge(rejected.at, now)}`
  const again = 'It is not tried again until the target changes, or with: flotilla device update-now --force'
  return `${evidence(rejected, title)}\n${again}`
}

function evidence({ code, reason, services }: Rejection, title: string): string {
  const each = Object.entries(services).map(([service, seen]) => `${service}: ${serviceEvidence(seen)}`)
  return [`${title} (${code}): ${printable(reason)}`, ...each.map((text) => indented(text, '  '))].join('\n')
}

function serviceEvidence({ reason, exitCode, oomKilled, healthOutput, lastLines }: ServiceEvidence): string {
  const facts = [
    ...(exitCode === undefined ? [] : [`exit code: ${exitCode}`]),
    ...(oomKilled ? ['killed for want of memory'] : []),
    ...(healthOutput ? [`its health check printed:\n${indented(healthOutput, '  ')}`] : []),
    ...(lastLines ? [`its last log lines:\n${indented(lastLines, '  ')}`] : []),
  ]
  return [reason, ...facts.map((fact) => indented(fact, '  '))].join('\n')
}

function indented(text: string, by: string): string {
  return printable(text).trimEnd().replace(/^/gm, by)
}
