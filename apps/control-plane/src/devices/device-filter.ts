import type { DeviceQuery } from '@flotilla/contracts'
import type { TimeCursor } from '../http/cursor-keys.js'

export interface DeviceFilter extends Omit<DeviceQuery, 'limit' | 'cursor'> {
  // Those whose devices the reader may see.
  organizationIds: string[]
}

const CONNECTIVITY = {
  online: 'd.online_until > now()',
  offline: 'd.last_seen_at IS NOT NULL AND (d.online_until IS NULL OR d.online_until <= now())',
  never: 'd.last_seen_at IS NULL',
}

/** The WHERE of a list of devices. Only what is asked for is in it, so that each question can use its own index. */
export function deviceConditions(filter: DeviceFilter, after: TimeCursor | undefined) {
  const parameters: unknown[] = []
  const given = (value: unknown) => `$${parameters.push(value)}`
  const texts = [`f.organization_id = ANY(${given(filter.organizationIds)}::uuid[])`]
  if (filter.fleet !== undefined) texts.push(`d.fleet_id = ${given(filter.fleet)}`)
  if (filter.organization !== undefined) {
    const organization = given(filter.organization)
    texts.push(`(o.name = ${organization} OR o.id::text = ${organization})`)
  }
  if (filter.name !== undefined) texts.push(`d.name = ${given(filter.name)}`)
  if (filter.uuid !== undefined) texts.push(`h.uuid = ${given(filter.uuid)}`)
  if (filter.q !== undefined) {
    const part = given(`%${filter.q.replaceAll(/[\\%_]/g, '\\$&')}%`)
    texts.push(`(d.name ILIKE ${part} OR h.uuid ILIKE ${part} OR h.serial_number ILIKE ${part})`)
  }
  if (filter.connectivity !== undefined) texts.push(CONNECTIVITY[filter.connectivity])
  if (filter.activity !== undefined) texts.push(`r.activity = ${given(filter.activity)}`)
  if (filter.rejected !== undefined) texts.push(`r.rejected_release_id IS ${filter.rejected ? 'NOT ' : ''}NULL`)
  if (filter.rejectedRelease !== undefined) texts.push(`r.rejected_release_id = ${given(filter.rejectedRelease)}`)
  if (filter.confirmedRelease !== undefined) texts.push(`r.confirmed_release_id = ${given(filter.confirmedRelease)}`)
  if (after) texts.push(`(d.created_at, d.id) > (${given(after.at)}::timestamptz, ${given(after.id)}::uuid)`)
  return { text: texts.join(' AND '), parameters }
}
