/** Organizations, and who belongs to them with which role. What they own is the business of other features. */
export { type FirstAdmin, FirstAdminService } from './first-admin.service.js'
export { OrganizationsModule } from './organizations.module.js'
export { OrganizationsService } from './organizations.service.js'
