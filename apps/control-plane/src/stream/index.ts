/** What people see change while they look: one stream of server-sent events over everything that they may see. */
export { StreamModule } from './stream.module.js'
