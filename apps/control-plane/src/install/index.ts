/** How a board gets its supervisor: one line in its shell. */
export { InstallModule } from './install.module.js'
