import { describe, expect, it } from '@jest/globals'
import type { DeviceView } from '@flotilla/contracts'
import { withRows } from './device-rows.js'

const device = (id: string, name: string) => ({ id, name }) as DeviceView
const list = {
  pages: [{ items: [device('a', 'one'), device('b', 'two')], nextCursor: 'x' }, { items: [device('c', 'three')] }],
  pageParams: [undefined, 'x'],
}

describe('withRows', () => {
  it('puts a device in the place of its former self and leaves the other pages as they are', () => {
    const changed = withRows(list, new Map([['b', device('b', 'renamed')]]))
    expect(changed?.pages[0]?.items.map(({ name }) => name)).toEqual(['one', 'renamed'])
    expect(changed?.pages[0]?.nextCursor).toBe('x')
    expect(changed?.pages[1]).toBe(list.pages[1])
  })

  it('adds no device that the list does not show', () => {
    expect(withRows(list, new Map([['z', device('z', 'new')]]))?.pages).toEqual(list.pages)
    expect(withRows(undefined, new Map([['z', device('z', 'new')]]))).toBeUndefined()
  })
})
