/**
 * How boards are over time: each sample stored once, read put together by steps, removed by age. It must not know what
 * else a report carries.
 */
export { DeviceMetricsModule } from './device-metrics.module.js'
export { MetricsRetention } from './metrics-retention.service.js'
export { SampleStore } from './sample-store.repository.js'
