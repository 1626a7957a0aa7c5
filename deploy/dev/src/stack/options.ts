import type { ProcessExit } from '../processes/process.js'

export interface StackOptions {
  /** Everything that lasts goes below this folder. */
  dataDir: string
  /** Engine of the builder, as DOCKER_HOST. */
  dockerHost: string
  /**
   * Where browsers, builders and devices reach this machine. 127.0.0.1 listens there alone; any other address (that of
   * a DeviceNetwork) listens on every interface.
   */
  address?: string
  /** Absent: free ones. */
  ports?: { api?: number; registry?: number; postgres?: number }
  /** Used instead of servers of our own; absent: DATABASE_URL, REDIS_URL and REGISTRY_URL. */
  databaseUrl?: string
  redisUrl?: string
  registryUrl?: string
  /** First admin; the password is generated where none is given. */
  admin?: { email?: string; password?: string }
  /** Further settings of all programs of the control plane: BUILD_TIMEOUT_SECONDS, LOG_LEVEL … */
  environment?: Record<string, string>
  /** Every line that a program prints; all of it is also in `<dataDir>/logs`. */
  onLine?: (program: string, line: string) => void
  onCrash?: (exit: ProcessExit) => void
}

/** All that the programs of one stack have to agree on. */
export interface StackSettings {
  dataDir: string
  address: string
  listen: string
  apiPort: number
  publicUrl: string
  databaseUrl: string
  redisUrl?: string
  registryUrl: string
  certificateFile: string
  queuePassword: string
  dockerHost: string
  environment: Record<string, string>
}

export type ServerProgram = 'api' | 'worker' | 'builder'

/** The environment of a program, as docs of the control plane say; a builder gets the queue alone. */
export function programEnvironment(
  program: ServerProgram | 'migrate',
  settings: StackSettings,
  admin: StackOptions['admin'] = {},
): Record<string, string | undefined> {
  const redis = { REDIS_URL: settings.redisUrl }
  const data = { ...redis, DATABASE_URL: settings.databaseUrl, DATA_DIR: `${settings.dataDir}/control-plane` }
  const urls = { PUBLIC_URL: settings.publicUrl, REGISTRY_URL: settings.registryUrl }
  switch (program) {
    case 'migrate':
      return {
        ...data,
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        REGISTRY_CERTIFICATE_FILE: settings.certificateFile,
        BUILDER_QUEUE_PASSWORD: settings.queuePassword,
      }
    case 'api':
      return { ...data, ...urls, HOST: settings.listen, PORT: String(settings.apiPort) }
    case 'worker':
      return { ...data, ...urls }
    case 'builder':
      return {
        REDIS_URL: settings.redisUrl && asBuilder(settings.redisUrl, settings),
        QUEUE_DATABASE_URL: settings.redisUrl ? undefined : asBuilder(settings.databaseUrl, settings),
        CONTROL_PLANE_URL: settings.publicUrl,
        DOCKER_HOST: settings.dockerHost,
      }
  }
}

function asBuilder(server: string, settings: StackSettings): string {
  const url = new URL(server)
  url.username = 'flotilla_builder'
  url.password = settings.queuePassword
  return url.href
}
