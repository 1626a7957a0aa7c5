/**
 * Environment and config settings at four levels: fleet, service of a fleet, device, service of a device; the later
 * wins. Secrets can be written and reach devices, and nobody can read them back.
 */
export { VariablesModule } from './variables.module.js'
export { type ReachingVariable, ReachingVariables } from './reaching-variables.service.js'
