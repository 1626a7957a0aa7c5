/** Keys with which boards join a fleet: shown once, stored hashed, limited in time and uses. */
export { ProvisioningKeysModule } from './provisioning-keys.module.js'
export { ProvisioningKeys } from './provisioning-keys.service.js'
