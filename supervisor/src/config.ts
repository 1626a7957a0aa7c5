/*
 * The environment, read once at start into one frozen object. Nothing else reads process.env.
 */
import { BUNDLE_PORT, PlatformSchema } from '@flotilla/contracts'
import { z } from 'zod'

/** What each setting is for, in the order in which people meet them; --help and env.example are made from it. */
const EnvironmentSchema = z.object({
  FLOTILLA_SERVER_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .meta({ description: 'Address of the control plane.', example: 'https://flotilla.example.com' }),
  FLOTILLA_PROVISIONING_KEY: z.string().max(256).optional().meta({
    description: 'Lets this board join its fleet; needed only until it has. Absent: it waits to be accepted.',
  }),
  FLOTILLA_DEVICE_NAME: z
    .string()
    .max(128)
    .optional()
    .meta({ description: 'Name to register under. Absent: the server picks one.' }),
  FLOTILLA_STATE_DIR: z
    .string()
    .startsWith('/', 'must be an absolute path')
    .default('/var/lib/flotilla')
    .meta({ description: 'Folder for all that must survive a restart.' }),
  FLOTILLA_LIB_DIR: z.string().startsWith('/', 'must be an absolute path').optional().meta({
    description: "Folder with the supervisor's versions, set by its launcher. Absent: it does not replace itself.",
  }),
  DOCKER_HOST: z
    .string()
    .regex(/^(unix:\/\/)?\/|^(tcp|http):\/\//, 'must be unix:///path, /path or tcp://host:port')
    .default('/var/run/docker.sock')
    .meta({ description: 'The engine: unix:///path, /path or tcp://host:port.' }),
  FLOTILLA_PLATFORM: PlatformSchema.optional().meta({
    description: 'Platform of the images to run, as linux/arm/v7. Absent: detected.',
  }),
  FLOTILLA_POLL_SECONDS: z.coerce
    .number()
    .int()
    .min(5)
    .max(86_400)
    .default(900)
    .meta({ description: 'Seconds between polls where the server does not say.' }),
  FLOTILLA_MANAGE_HOST: z.enum(['true', 'false']).default('false').meta({
    description: 'true on a board of its own: the fleet may set its config.txt and host name, and restart it.',
  }),
  FLOTILLA_ENGINE_RESTART: z.string().optional().meta({
    description:
      'Command that restarts the engine, for faults of its own that nothing else mends. Absent: systemd is asked, where FLOTILLA_MANAGE_HOST is true.',
    example: 'systemctl restart docker.service',
  }),
  FLOTILLA_METRICS_SECONDS: z.coerce.number().int().min(0).max(86_400).default(60).meta({
    description: 'Seconds between two looks at temperature, memory and the like. 0: never. The fleet may set another.',
  }),
  FLOTILLA_LOCAL_API_PORT: z
    .union([z.literal('off'), z.coerce.number().int().min(0).max(65_535)])
    .default(48484)
    .meta({ description: 'Port of the local API for containers, on private addresses only. off or 0: there is none.' }),
  FLOTILLA_BUNDLE_USB: z.enum(['on', 'off']).optional().meta({
    description:
      'Whether bundles are looked for on USB sticks that are put into the board. Absent: where FLOTILLA_MANAGE_HOST is true.',
  }),
  FLOTILLA_BUNDLE_FOLDERS: z
    .string()
    .regex(/^\/[^:]*(:\/[^:]*)*$/, 'must be absolute paths with colons between them')
    .optional()
    .meta({
      description: 'Folders to take bundles from, as /srv/bundles:/mnt/share. Absent: none.',
    }),
  FLOTILLA_BUNDLE_PORT: z
    .union([z.literal('off'), z.coerce.number().int().min(0).max(65_535)])
    .default('off')
    .meta({
      description: `Port at which everybody in the board's network may send it a bundle, and see what it runs (usually ${BUNDLE_PORT}). off or 0: there is none.`,
    }),
  FLOTILLA_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ description: 'debug, info, warn or error.' }),
  FLOTILLA_LOG_FORMAT: z.enum(['json', 'pretty']).default('json').meta({ description: 'json or pretty.' }),
  FLOTILLA_INSTANCE: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Added to every log line, to tell several supervisors on one machine apart.' }),
  WATCHDOG_USEC: z.coerce.number().int().positive().optional().meta({
    description: 'Microseconds after which systemd takes it for hung; set by systemd.',
  }),
})

export interface Config {
  serverUrl: string
  provisioningKey?: string
  deviceName?: string
  stateDir: string
  libDir?: string
  engine: { socketPath: string } | { host: string; port: number }
  platform?: z.infer<typeof PlatformSchema>
  pollMs: number
  managesHost: boolean
  // Absent: as its system does it.
  engineRestart?: string
  metricsSeconds: number
  // Undefined: switched off.
  localApiPort?: number
  bundles: {
    usb: boolean
    folders: string[]
    // Undefined: the local network has no door.
    port?: number
  }
  // Undefined: nobody watches.
  watchdogMs?: number
  log: { level: 'debug' | 'info' | 'warn' | 'error'; format: 'json' | 'pretty'; instance?: string }
}

export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Throws a ConfigError that lists every setting that is wrong, by name; values may be secrets and are not printed. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Readonly<Config> {
  // An empty variable is how unit files and compose say "not set".
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = EnvironmentSchema.safeParse(present)
  if (!parsed.success) throw new ConfigError(describeIssues(parsed.error, present))
  const settings = parsed.data
  const managesHost = settings.FLOTILLA_MANAGE_HOST === 'true'
  return Object.freeze({
    serverUrl: settings.FLOTILLA_SERVER_URL.replace(/\/+$/, ''),
    provisioningKey: settings.FLOTILLA_PROVISIONING_KEY,
    deviceName: settings.FLOTILLA_DEVICE_NAME,
    stateDir: settings.FLOTILLA_STATE_DIR,
    libDir: settings.FLOTILLA_LIB_DIR,
    engine: engineAddress(settings.DOCKER_HOST),
    platform: settings.FLOTILLA_PLATFORM,
    pollMs: settings.FLOTILLA_POLL_SECONDS * 1000,
    managesHost,
    engineRestart: settings.FLOTILLA_ENGINE_RESTART,
    metricsSeconds: settings.FLOTILLA_METRICS_SECONDS,
    localApiPort: Number(settings.FLOTILLA_LOCAL_API_PORT) || undefined,
    bundles: {
      usb: (settings.FLOTILLA_BUNDLE_USB ?? (managesHost ? 'on' : 'off')) === 'on',
      folders: (settings.FLOTILLA_BUNDLE_FOLDERS ?? '').split(':').filter(Boolean).map(withoutSlash),
      port: Number(settings.FLOTILLA_BUNDLE_PORT) || undefined,
    },
    watchdogMs: settings.WATCHDOG_USEC === undefined ? undefined : settings.WATCHDOG_USEC / 1000,
    log: {
      level: settings.FLOTILLA_LOG_LEVEL,
      format: settings.FLOTILLA_LOG_FORMAT,
      instance: settings.FLOTILLA_INSTANCE,
    },
  })
}

/** The settings as an env file with a comment each: env.example. */
export function exampleEnvironment(): string {
  return settings()
    .map(({ name, description, value, required }) => `# ${description}\n${required ? '' : '#'}${name}=${value}\n`)
    .join('\n')
}

/** The settings as --help shows them. */
export function describeSettings(): string {
  const width = Math.max(...settings().map(({ name }) => name.length))
  return settings()
    .map(({ name, description, value, required }) => {
      const note = required ? ' (required)' : value && ` (default ${value})`
      return `  ${name.padEnd(width)}  ${description}${note}`
    })
    .join('\n')
}

function settings() {
  return Object.entries(EnvironmentSchema.shape).map(([name, schema]) => {
    const { description = '', example } = schema.meta() ?? {}
    const byDefault = schema instanceof z.ZodDefault ? schema.def.defaultValue : example
    return {
      name,
      description,
      value: typeof byDefault === 'string' || typeof byDefault === 'number' ? `${byDefault}` : '',
      required: !schema.isOptional(),
    }
  })
}

function describeIssues(error: z.ZodError, present: Record<string, unknown>): string {
  const lines = error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `  ${name}: ${name in present ? message : 'is missing'}`
  })
  return `The environment is not complete:\n${lines.join('\n')}`
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '')
}

function engineAddress(text: string): Config['engine'] {
  if (text.startsWith('/')) return { socketPath: text }
  if (text.startsWith('unix://')) return { socketPath: text.slice('unix://'.length) }
  const { hostname, port } = new URL(text.replace(/^tcp:/, 'http:'))
  return { host: hostname, port: port === '' ? 2375 : Number(port) }
}
