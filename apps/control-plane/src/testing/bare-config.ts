import { parseConfig, ServerConfigSchema } from '../config/config.js'

/** For suites of HTTP itself, which need no database, registry or folder: there are none at these addresses. */
export const BARE_CONFIG = parseConfig(ServerConfigSchema, {
  DATABASE_URL: 'postgres://nowhere/none',
  DATA_DIR: '/nowhere',
  PUBLIC_URL: 'http://127.0.0.1:1',
  REGISTRY_URL: 'http://127.0.0.1:2',
  LOG_LEVEL: 'error',
})
