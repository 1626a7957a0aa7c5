import { useState } from 'react'

export type DeviceAction = 'rename' | 'move' | 'pin' | 'unpin' | 'remove'

export interface DeviceDialog {
  open: DeviceAction | undefined
  opener: (action: DeviceAction) => () => void
  close: () => void
}

/** Which of a device's dialogs is open. */
export function useDeviceDialog(): DeviceDialog {
  const [open, setOpen] = useState<DeviceAction>()
  return { open, opener: (action) => () => setOpen(action), close: () => setOpen(undefined) }
}
