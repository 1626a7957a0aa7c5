/** Organizations, and who belongs to them with which role. What they own is the business of other features. */
export { OrganizationsModule } from './organizations.module.js'
export { OrganizationsService } from './organizations.service.js'
