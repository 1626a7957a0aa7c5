/**
 * Who may pull and push which repository of the OCI registry. The registry itself trusts only tokens that are signed
 * here, and knows nothing of users, devices and builds.
 */
export { RegistryAuthModule } from './registry-auth.module.js'
export { fleetRepository } from './registry-scope.js'
export { RegistryTokens } from './registry-tokens.service.js'
