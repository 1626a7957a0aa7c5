import type { UserView } from '@flotilla/contracts'
import type { User } from './user.entity.js'

export function presentUser(user: User): UserView {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt.toISOString() }
}
