/**
 * The control plane's own keys, kept in Postgres so that every process signs alike. It must not know what is signed.
 */
export { SigningKeysModule } from './signing-keys.module.js'
export { type KeyPair, SigningKeys } from './signing-keys.service.js'
export { libtrustKeyId } from './key-material.js'
