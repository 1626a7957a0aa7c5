/** The WebSockets of devices: a nudge when there is a new target or a command. It only makes things faster; polling finds all of it. */
export { LinkModule } from './link.module.js'
