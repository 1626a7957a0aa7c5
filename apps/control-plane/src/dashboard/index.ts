/** Delivers the built dashboard to browsers. It must not know what is in it, but that its assets have hashes in their names. */
export { DashboardModule } from './dashboard.module.js'
