/** API tokens of users: made, listed and revoked here; what they open is decided in auth. */
export { ApiKeysModule } from './api-keys.module.js'
