import type { DeviceView, UpdateDevice } from '@flotilla/contracts'

export interface DeviceFormProps {
  device: DeviceView
  onClose: () => void
  /** Makes the change and closes; rejects with the server's reason. */
  change: (change: UpdateDevice, done: string) => Promise<void>
}
