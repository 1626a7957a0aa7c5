import { describe, expect, it } from '@jest/globals'
import type { z } from 'zod'
import challengeRequest from '../../fixtures/v1/challenge-request.json' with { type: 'json' }
import challengeResponse from '../../fixtures/v1/challenge-response.json' with { type: 'json' }
import hello from '../../fixtures/v1/link-device.hello.json' with { type: 'json' }
import targetChanged from '../../fixtures/v1/link-server.target-changed.json' with { type: 'json' }
import imageSourcesRequest from '../../fixtures/v1/image-sources-request.json' with { type: 'json' }
import imageSourcesResponse from '../../fixtures/v1/image-sources-response.json' with { type: 'json' }
import imageSourcesMinimal from '../../fixtures/v1/image-sources-response.minimal.json' with { type: 'json' }
import logBatchResponse from '../../fixtures/v1/log-batch-response.json' with { type: 'json' }
import logBatch from '../../fixtures/v1/log-batch.json' with { type: 'json' }
import logBatchMinimal from '../../fixtures/v1/log-batch.minimal.json' with { type: 'json' }
import registerRequest from '../../fixtures/v1/register-request.json' with { type: 'json' }
import registerRequestMinimal from '../../fixtures/v1/register-request.minimal.json' with { type: 'json' }
import registerResponse from '../../fixtures/v1/register-response.json' with { type: 'json' }
import registryTokenResponse from '../../fixtures/v1/registry-token-response.json' with { type: 'json' }
import reportRequest from '../../fixtures/v1/report-request.json' with { type: 'json' }
import reportRequestMinimal from '../../fixtures/v1/report-request.minimal.json' with { type: 'json' }
import reportResponse from '../../fixtures/v1/report-response.json' with { type: 'json' }
import signedTarget from '../../fixtures/v1/signed-target.json' with { type: 'json' }
import snapshotUploadResponse from '../../fixtures/v1/snapshot-upload-response.json' with { type: 'json' }
import snapshotUpload from '../../fixtures/v1/snapshot-upload.json' with { type: 'json' }
import snapshotUploadMinimal from '../../fixtures/v1/snapshot-upload.minimal.json' with { type: 'json' }
import storedUpload from '../../fixtures/v1/stored-upload.json' with { type: 'json' }
import target from '../../fixtures/v1/target.json' with { type: 'json' }
import targetMinimal from '../../fixtures/v1/target.minimal.json' with { type: 'json' }
import targetWithoutRelease from '../../fixtures/v1/target.without-release.json' with { type: 'json' }
import tokenRequest from '../../fixtures/v1/token-request.json' with { type: 'json' }
import tokenResponse from '../../fixtures/v1/token-response.json' with { type: 'json' }
import { applyMergePatch } from '../merge-patch.js'
import {
  ChallengeRequestSchema,
  ChallengeResponseSchema,
  RegisterRequestSchema,
  RegisterResponseSchema,
  RegistryTokenResponseSchema,
  TokenRequestSchema,
  TokenResponseSchema,
} from './identity.js'
import { ImageSourcesRequestSchema, ImageSourcesResponseSchema } from './images.js'
import { LinkDeviceMessageSchema, LinkServerMessageSchema } from './link.js'
import { LogBatchResponseSchema, LogBatchSchema } from './logs.js'
import { DeviceStateSchema, ReportRequestSchema, ReportResponseSchema } from './report.js'
import { SnapshotUploadResponseSchema, SnapshotUploadSchema, StoredUploadSchema } from './snapshots.js'
import { SignedTargetSchema, TargetSchema } from './target.js'

/*
 * Payloads as version 1 of the device contract sends them. Boards that speak it stay in the field for years: these files
 * are never edited, and everything in them keeps its meaning.
 */
const FIXTURES: [string, z.ZodType, unknown][] = [
  ['register-request', RegisterRequestSchema, registerRequest],
  ['register-request.minimal', RegisterRequestSchema, registerRequestMinimal],
  ['register-response', RegisterResponseSchema, registerResponse],
  ['challenge-request', ChallengeRequestSchema, challengeRequest],
  ['challenge-response', ChallengeResponseSchema, challengeResponse],
  ['token-request', TokenRequestSchema, tokenRequest],
  ['token-response', TokenResponseSchema, tokenResponse],
  ['registry-token-response', RegistryTokenResponseSchema, registryTokenResponse],
  ['target', TargetSchema, target],
  ['target.minimal', TargetSchema, targetMinimal],
  ['target.without-release', TargetSchema, targetWithoutRelease],
  ['signed-target', SignedTargetSchema, signedTarget],
  ['report-request', ReportRequestSchema, reportRequest],
  ['report-request.minimal', ReportRequestSchema, reportRequestMinimal],
  ['report-response', ReportResponseSchema, reportResponse],
  ['log-batch', LogBatchSchema, logBatch],
  ['log-batch.minimal', LogBatchSchema, logBatchMinimal],
  ['log-batch-response', LogBatchResponseSchema, logBatchResponse],
  ['snapshot-upload', SnapshotUploadSchema, snapshotUpload],
  ['snapshot-upload.minimal', SnapshotUploadSchema, snapshotUploadMinimal],
  ['snapshot-upload-response', SnapshotUploadResponseSchema, snapshotUploadResponse],
  ['stored-upload', StoredUploadSchema, storedUpload],
  ['image-sources-request', ImageSourcesRequestSchema, imageSourcesRequest],
  ['image-sources-response', ImageSourcesResponseSchema, imageSourcesResponse],
  ['image-sources-response.minimal', ImageSourcesResponseSchema, imageSourcesMinimal],
  ['link-server.target-changed', LinkServerMessageSchema, targetChanged],
  ['link-device.hello', LinkDeviceMessageSchema, hello],
]

describe('a payload of device contract version 1', () => {
  it.each(FIXTURES)('%s parses, and nothing in it is lost', (_name, schema, payload) => {
    expect(schema.parse(payload)).toMatchObject(payload as object)
  })

  it('that says only what it must gets the defaults that it always got', () => {
    expect(TargetSchema.parse(targetMinimal).apps[0]?.services.web).toMatchObject({
      restart: { name: 'always' },
      networks: {},
      privileged: false,
      readOnly: false,
      dependsOn: {},
    })
    expect(ReportRequestSchema.parse(reportRequestMinimal).events).toEqual([])
    expect(LogBatchSchema.parse(logBatchMinimal).lines[0]?.stream).toBe('stdout')
  })

  it('holds a target inside a signed one', () => {
    expect(TargetSchema.parse(JSON.parse(SignedTargetSchema.parse(signedTarget).payload)).generation).toBe(3)
  })

  it('makes a device state out of reports, one after the other', () => {
    const first = applyMergePatch({}, ReportRequestSchema.parse(reportRequest).changes)
    expect(DeviceStateSchema.parse(first)).toMatchObject(reportRequest.changes)
    const second = applyMergePatch(first, ReportRequestSchema.parse(reportRequestMinimal).changes)
    const state = DeviceStateSchema.parse(second)
    expect(state).toMatchObject({ activity: 'settled', generation: 42 })
    expect(state).not.toHaveProperty('explanation')
    expect(Object.keys(Object.values(state.apps)[0]?.services ?? {})).toHaveLength(4)
  })

  it('is refused when it belongs to no known board or names no digest', () => {
    const { hardware } = registerRequest
    const bad = { ...registerRequest, hardware: { ...hardware, publicKey: `${hardware.publicKey}=` } }
    expect(RegisterRequestSchema.safeParse(bad).success).toBe(false)
    expect(ChallengeRequestSchema.safeParse({ uuid: hardware.uuid.toUpperCase() }).success).toBe(false)
    const [app] = targetMinimal.apps
    const web = { image: { repository: 'web', digest: 'latest' } }
    expect(TargetSchema.safeParse({ ...targetMinimal, apps: [{ ...app, services: { web } }] }).success).toBe(false)
  })
})
