import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/**
 * The environment of every program of the control plane, parsed once at its start. Nothing else reads process.env.
 */

const Url = z
  .url({ protocol: /^https?$/, error: 'give an address with http:// or https://' })
  .transform((url) => url.replace(/\/+$/, ''))
const Count = z.coerce.number().int().positive()

const LogShape = {
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least important level that is written.'),
  LOG_FORMAT: z.enum(['json', 'pretty']).default('json').describe('json for machines, pretty for a terminal.'),
}

const DataShape = {
  DATABASE_URL: z
    .string()
    .startsWith('postgres')
    .describe('Postgres, 13 or newer: postgres://user:password@host/database'),
  REDIS_URL: z
    .string()
    .startsWith('redis')
    .optional()
    .describe('Queues and live updates on Redis instead of Postgres.'),
  DATA_DIR: z
    .string()
    .min(1)
    .describe('Folder for git repositories, source archives, uploaded snapshots and deltas in the making.'),
}

export const ServerConfigSchema = z.object({
  ...LogShape,
  ...DataShape,
  PUBLIC_URL: Url.describe(
    'How browsers, git, devices and registry clients reach the api: https://flotilla.example.com',
  ),
  HOST: z.string().default('0.0.0.0').describe('Address that the api listens on.'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080).describe('Port that the api listens on.'),
  REGISTRY_URL: Url.describe('How builders and devices reach the OCI registry: https://registry.example.com'),
  DASHBOARD_DIR: z
    .string()
    .default(fileURLToPath(new URL('../../../dashboard/dist', import.meta.url)))
    .describe('Folder of the built dashboard.'),
  SUPERVISOR_BUNDLE: z
    .string()
    .default(fileURLToPath(new URL('../../../../supervisor/dist/supervisor.mjs', import.meta.url)))
    .describe('The built supervisor, which boards download when it is installed.'),
  MAX_PUSH_BYTES: Count.default(512 * 1024 * 1024).describe('Largest git push that is taken, in bytes.'),
  DEVICE_POLL_SECONDS: Count.default(300).describe(
    'About how often devices ask for their target; a link makes changes arrive at once.',
  ),
  SNAPSHOTS_PER_VOLUME: Count.default(3).describe('Uploaded snapshots that are kept of each volume of a device.'),
  SNAPSHOT_BYTES_PER_DEVICE: Count.default(10 * 1024 ** 3).describe(
    'Room for the uploaded snapshots of one device, in bytes.',
  ),
  DEVICE_METRICS_DAYS: Count.max(3650).default(30).describe('Days for which the metrics of devices are kept.'),
  DEVICE_EVENTS_DAYS: Count.min(7)
    .max(36500)
    .default(365)
    .describe('Days for which the history of devices is kept, at least 7.'),
  DELTA_CONCURRENCY: Count.default(1).describe('Deltas of images that one worker makes at the same time.'),
  DELTA_TIMEOUT_SECONDS: Count.default(1800).describe('Time after which making a delta fails.'),
  DELTA_MEMORY_BYTES: Count.default(1536 * 1024 ** 2).describe('Most memory that making one delta may take, in bytes.'),
  DELTA_SCRATCH_BYTES: Count.default(16 * 1024 ** 3).describe(
    'Most room that making one delta may take in DATA_DIR: the two images unpacked, in bytes.',
  ),
  BUILD_TIMEOUT_SECONDS: Count.default(3600).describe('Time after which a build fails, from its start.'),
})
export type ServerConfig = Readonly<z.infer<typeof ServerConfigSchema>>

export const MigrateConfigSchema = z.object({
  ...LogShape,
  ...DataShape,
  REGISTRY_CERTIFICATE_FILE: z
    .string()
    .optional()
    .describe("Where to write the certificates for the registry's rootcertbundle."),
  ADMIN_EMAIL: z.email().default('admin@flotilla.local').describe('First user, made where there is none.'),
  ADMIN_PASSWORD: z
    .string()
    .min(10)
    .optional()
    .describe('Password of the first user; absent: generated and printed once.'),
  BUILDER_QUEUE_PASSWORD: z
    .string()
    .min(16)
    .optional()
    .describe('Makes the user flotilla_builder, who sees the build queue alone, with this password.'),
})
export type MigrateConfig = Readonly<z.infer<typeof MigrateConfigSchema>>

export const BuilderConfigSchema = z
  .object({
    ...LogShape,
    REDIS_URL: DataShape.REDIS_URL.describe('Where the queues are on Redis: that Redis, as the user flotilla_builder.'),
    QUEUE_DATABASE_URL: z
      .string()
      .startsWith('postgres')
      .optional()
      .describe('Postgres, as the user flotilla_builder.'),
    CONTROL_PLANE_URL: Url.describe('The api, for sources and results of builds.'),
    DOCKER_HOST: z.string().default('unix:///var/run/docker.sock').describe('Docker engine that builds.'),
    BUILDER_CONCURRENCY: Count.default(1).describe('Builds at the same time.'),
    BUILDER_DISK_LIMIT_BYTES: Count.default(20 * 1024 ** 3).describe('Build cache and images above this are removed.'),
  })
  .refine((c) => c.REDIS_URL !== undefined || c.QUEUE_DATABASE_URL !== undefined, {
    message: 'set QUEUE_DATABASE_URL, or REDIS_URL where queues are on Redis',
    path: ['QUEUE_DATABASE_URL'],
  })
export type BuilderConfig = Readonly<z.infer<typeof BuilderConfigSchema>>

/** Parses an environment; the error lists every variable that is wrong by name and never shows a value. */
export function parseConfig<T extends z.ZodType>(
  schema: T,
  environment: Record<string, string | undefined> = process.env,
): Readonly<z.infer<T>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return Object.freeze(result.data)
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The environment is not complete:\n${problems.join('\n')}`)
}
