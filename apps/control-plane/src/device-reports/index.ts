/**
 * What devices say of themselves: the state of each as a chain of numbered changes, and what happened there. It must
 * not know what a device should run.
 */
export { DeviceReportsModule } from './device-reports.module.js'
