import { notifications } from '@mantine/notifications'
import { describeFailure } from '../api/failure.js'

/** Tells that something the user asked for is done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: 4000, withBorder: true })
}

/** Tells that something the user asked for did not happen, and what to do. */
export function tellFailure(title: string, error: unknown): void {
  notifications.show({ title, message: describeFailure(error), color: 'red', autoClose: 10_000, withBorder: true })
}
