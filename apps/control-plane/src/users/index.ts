/** People who can sign in, their passwords, and the routes that begin and end sessions. */
export { UsersModule } from './users.module.js'
export { UsersService } from './users.service.js'
