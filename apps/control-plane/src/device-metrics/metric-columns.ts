import type { MetricsSample } from '@flotilla/contracts'

interface MetricColumn {
  column: string
  type: 'real' | 'double precision' | 'bigint' | 'boolean'
  // How the samples of a step come to one: their mean, the highest, or whether any says so.
  combined: 'avg' | 'max' | 'bool_or'
}

/** Where each part of a sample is kept. Pure. */
export const METRIC_COLUMNS: Record<Exclude<keyof MetricsSample, 'at'>, MetricColumn> = {
  cpuPercent: { column: 'cpu_percent', type: 'real', combined: 'avg' },
  loadAverage: { column: 'load_average', type: 'real', combined: 'avg' },
  memoryUsedBytes: { column: 'memory_used_bytes', type: 'bigint', combined: 'avg' },
  memoryTotalBytes: { column: 'memory_total_bytes', type: 'bigint', combined: 'max' },
  diskUsedBytes: { column: 'disk_used_bytes', type: 'bigint', combined: 'avg' },
  diskTotalBytes: { column: 'disk_total_bytes', type: 'bigint', combined: 'max' },
  temperatureCelsius: { column: 'temperature_celsius', type: 'real', combined: 'avg' },
  isUnderVoltage: { column: 'is_under_voltage', type: 'boolean', combined: 'bool_or' },
  wasUnderVoltage: { column: 'was_under_voltage', type: 'boolean', combined: 'bool_or' },
  isThrottled: { column: 'is_throttled', type: 'boolean', combined: 'bool_or' },
  wasThrottled: { column: 'was_throttled', type: 'boolean', combined: 'bool_or' },
  storageWearPercent: { column: 'storage_wear_percent', type: 'real', combined: 'max' },
  storageWrittenBytes: { column: 'storage_written_bytes', type: 'bigint', combined: 'max' },
  linkQualityPercent: { column: 'link_quality_percent', type: 'real', combined: 'avg' },
  linkSignalDbm: { column: 'link_signal_dbm', type: 'real', combined: 'avg' },
  cloudRoundTripMs: { column: 'cloud_round_trip_ms', type: 'real', combined: 'avg' },
  networkReceivedBytes: { column: 'network_received_bytes', type: 'bigint', combined: 'max' },
  networkSentBytes: { column: 'network_sent_bytes', type: 'bigint', combined: 'max' },
  uptimeSeconds: { column: 'uptime_seconds', type: 'double precision', combined: 'max' },
}

const columns = Object.entries(METRIC_COLUMNS)

/** Stores the samples of $1 (JSON) of device $2 with board $3; known ones and those of impossible times are left out. */
export const INSERT_SAMPLES = `
  INSERT INTO device_metrics (device_id, hardware_id, at, ${columns.map(([, { column }]) => column).join(', ')})
  SELECT $2, $3, at, ${columns.map(([name]) => `"${name}"`).join(', ')}
  FROM jsonb_to_recordset($1::jsonb)
    AS sample (at timestamptz, ${columns.map(([name, { type }]) => `"${name}" ${type}`).join(', ')})
  WHERE at BETWEEN now() - make_interval(days => $4::int) AND now() + interval '1 day'
  ON CONFLICT DO NOTHING`

/** Device $1 from $2 until before $3, put together over $4 seconds each. */
export const SELECT_STEPS = `
  SELECT floor(extract(epoch FROM at) / $4::int)::float8 * $4::int AS second, ${columns.map(combine).join(', ')}
  FROM device_metrics WHERE device_id = $1 AND at >= $2 AND at < $3
  GROUP BY second ORDER BY second`

function combine([name, { column, type, combined }]: [string, MetricColumn]): string {
  if (type === 'boolean') return `bool_or(${column}) AS "${name}"`
  // The mean of whole bytes is whole bytes; what is kept with six digits is not more exact than that.
  const digits = type === 'bigint' ? 0 : 2
  return `round(${combined}(${column})::numeric, ${digits})::float8 AS "${name}"`
}
