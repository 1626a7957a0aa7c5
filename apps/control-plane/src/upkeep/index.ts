/** The periodic work of the worker: leases that ran out, queues that lost jobs, rows past their time. */
export { UpkeepModule } from './upkeep.module.js'
