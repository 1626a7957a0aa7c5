import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource, In, MoreThan } from 'typeorm'
import type { Transaction } from '../database/transactions.js'
import { Organization } from './organization.entity.js'

@Injectable()
export class OrganizationsRepository {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  byName(name: string): Promise<Organization | null> {
    return this.source.getRepository(Organization).findOneBy({ name })
  }

  byId(id: string): Promise<Organization | null> {
    return this.source.getRepository(Organization).findOneBy({ id })
  }

  /** In the order of names, behind the name `after`. */
  page(ids: string[], limit: number, after?: string): Promise<Organization[]> {
    return this.source.getRepository(Organization).find({
      where: { id: In(ids), ...(after !== undefined && { name: MoreThan(after) }) },
      order: { name: 'ASC' },
      take: limit,
    })
  }

  async insert(transaction: Transaction, organization: Omit<Organization, 'createdAt'>): Promise<Organization> {
    await transaction.insert(Organization, organization)
    return transaction.findOneByOrFail(Organization, { id: organization.id })
  }
}
