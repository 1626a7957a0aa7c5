import { Injectable } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { DataSource } from 'typeorm'

/** Asks the database whether it is there. */
@Injectable()
export class DatabasePing {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async ping(): Promise<void> {
    await this.source.query('SELECT')
  }
}
