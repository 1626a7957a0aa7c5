/*
 * Everything that the supervisor keeps on disk, in one folder that only its user can read.
 */
import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DeviceMemorySchema } from '@flotilla/reconcile'
import { StoredRebootsSchema } from '../../host/stored-reboots.js'
import { StoredLedSchema } from '../../host/stored-led.js'
import { SettingsAtBootSchema } from '../../host/host-settings.js'
import { z } from 'zod'
import { StoredBundlesSchema } from '../../bundles/stored-bundles.js'
import { StoredUploadsSchema } from '../../bundles/stored-uploads.js'
import { StoredCommandsSchema } from '../../commands/stored-commands.js'
import { StoredLocksSchema } from '../../locks/stored-locks.js'
import { StoredImagesSchema } from '../../images/stored-images.js'
import { StoredDeltasSchema } from '../../images/deltas/stored-deltas.js'
import type { Logger } from '../../ports.js'
import {
  BootTimesSchema,
  EngineRestartsSchema,
  LastGoodSchema,
  RegistrationSchema,
  ReportBaselineSchema,
  RepairsSchema,
  RepositoriesSchema,
  RunningReleaseIdsSchema,
  StoredAttemptsSchema,
  StoredIdentitySchema,
  StoredTargetSchema,
  TransferUseSchema,
  type Store,
} from '../../stored.js'
import { RequestsSchema } from '../../stored-memory.js'
import { DiskEventSpool } from './event-spool.js'
import { JsonDocument } from './json-document.js'
import { DiskLogSpool } from './log-spool.js'
import { Reserve } from './reserve.js'
import { TwinDocument } from './twin-document.js'

export async function openStore(folder: string, log: Logger): Promise<Store> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // The folder may have been made by hand; the private key is in it. A disk that can only be read is not to be asked.
  if (((await stat(folder)).mode & 0o777) !== 0o700) await chmod(folder, 0o700)
  const reserve = new Reserve(join(folder, 'reserve'))
  await reserve.fill()
  const events = await DiskEventSpool.open(join(folder, 'events.jsonl'), log, undefined, reserve)
  const all: { atRest(): Promise<void> }[] = [events]
  const document = <T>(name: string, schema: z.ZodType<T>) => {
    const made = new JsonDocument(join(folder, name), schema, log, reserve)
    all.push(made)
    return made
  }
  const twin = <T>(name: string, schema: z.ZodType<T>) =>
    new TwinDocument(document(`${name}.json`, schema), document(`${name}.copy.json`, schema))
  return {
    // What a board is, and where it belongs: nobody else could tell it.
    identity: twin('identity', StoredIdentitySchema),
    registration: twin('registration', RegistrationSchema),
    target: document('target.json', StoredTargetSchema),
    attempts: document('attempts.json', StoredAttemptsSchema),
    lastGood: document('last-good.json', LastGoodSchema),
    repairs: document('repairs.json', RepairsSchema),
    engineRestarts: document('engine-restarts.json', EngineRestartsSchema),
    runningReleases: document('running-releases.json', RunningReleaseIdsSchema),
    bootTimes: document('boot-times.json', BootTimesSchema),
    memory: document('memory.json', DeviceMemorySchema),
    requests: document('requests.json', RequestsSchema),
    settingsAtBoot: document('settings-at-boot.json', SettingsAtBootSchema),
    led: document('led.json', StoredLedSchema),
    reboots: document('reboots.json', StoredRebootsSchema),
    locks: document('locks.json', StoredLocksSchema),
    commands: document('commands.json', StoredCommandsSchema),
    tags: document('tags.json', z.record(z.string(), z.string())),
    transfers: document('transfers.json', TransferUseSchema),
    takeOvers: document('take-overs.json', z.array(z.string())),
    reportBaseline: document('report-baseline.json', ReportBaselineSchema),
    repositories: document('repositories.json', RepositoriesSchema),
    images: document('images.json', StoredImagesSchema),
    deltas: document('deltas.json', StoredDeltasSchema),
    bundles: document('bundles.json', StoredBundlesSchema),
    bundleUploads: document('bundle-uploads.json', StoredUploadsSchema),
    events,
    logs: await DiskLogSpool.open(join(folder, 'logs'), log),
    atRest: async () => {
      for (const each of all) await each.atRest()
    },
  }
}
