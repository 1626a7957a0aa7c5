/*
 * Protocol history. A server speaks to every version listed here; a new optional field gets a line, never a new
 * meaning of an old one.
 *
 * 1  2026-11-21  registration, challenge, token, target, report, logs, link.
 *    2026-11-21  target: policy, supervisor; report: confirmed, trial, rejected, snapshots, metrics, tags; commands; snapshots.
 *    2026-11-21  image sources (deltas); target: policy.transfers, neighbours; report: bytes of downloads, transfers.
 */
export const DEVICE_PROTOCOL = 1

/** Response header of a target poll: seconds until the device should ask again, jitter included. */
export const NEXT_POLL_HEADER = 'flotilla-next-poll'

/** The doors of the device contract. Bodies are JSON; all but the first three want the access token as bearer. */
export const DEVICE_ROUTES = {
  // POST RegisterRequest → RegisterResponse
  register: '/device/v1/register',
  // POST ChallengeRequest → ChallengeResponse
  challenge: '/device/v1/challenge',
  // POST TokenRequest → TokenResponse
  token: '/device/v1/token',
  // GET with If-None-Match → 200 SignedTarget with an ETag, or 304; both with NEXT_POLL_HEADER
  target: '/device/v1/target',
  // PATCH ReportRequest → ReportResponse
  report: '/device/v1/report',
  // POST LogBatch, gzip allowed → LogBatchResponse
  logs: '/device/v1/logs',
  // POST without a body → RegistryTokenResponse
  registryToken: '/device/v1/registry-token',
  // GET → DeviceCommands, and POST DeviceCommandResult → 204
  commands: '/device/v1/commands',
  commandResults: '/device/v1/command-results',
  // POST SnapshotUpload to `/<snapshot id>` → SnapshotUploadResponse, then PUT (with Content-Range), HEAD and GET (with
  // Range) of it: the sealed copy of a volume. GET `/<snapshot id>/description` → StoredUpload
  snapshots: '/device/v1/snapshots',
  // POST ImageSourcesRequest → ImageSourcesResponse
  imageSources: '/device/v1/image-sources',
  // WebSocket, see link.ts
  link: '/device/v1/link',
} as const
