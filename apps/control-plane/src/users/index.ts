/** People who can sign in, their passwords, and the routes that begin and end sessions. */
export { SignInModule } from './sign-in.module.js'
export { UsersModule } from './users.module.js'
export { UsersService } from './users.service.js'
