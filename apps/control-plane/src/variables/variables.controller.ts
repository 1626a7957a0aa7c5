import {
  type Page,
  type SetVariable,
  SetVariableSchema,
  VariablePageSchema,
  type VariableQuery,
  VariableQuerySchema,
  VariableSchema,
  type VariableView,
} from '@flotilla/contracts'
import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { type Actor, CurrentActor } from '../auth/index.js'
import { VariablesService } from './variables.service.js'

@ApiTags('variables')
@Controller('api/v1/variables')
export class VariablesController {
  constructor(private readonly variables: VariablesService) {}

  @Get()
  @ApiOperation({
    operationId: 'listVariables',
    summary: 'The variables of a fleet or a device, without secret values',
  })
  @ApiOkResponse({ standardSchema: VariablePageSchema })
  list(
    @CurrentActor() actor: Actor,
    @Query({ schema: VariableQuerySchema }) query: VariableQuery,
  ): Promise<Page<VariableView>> {
    return this.variables.page(actor, query)
  }

  @Put()
  @ApiOperation({ operationId: 'setVariable', summary: 'Set a variable of a fleet, a device, or one of its services' })
  @ApiOkResponse({ standardSchema: VariableSchema })
  set(@CurrentActor() actor: Actor, @Body({ schema: SetVariableSchema }) input: SetVariable): Promise<VariableView> {
    return this.variables.set(actor, input)
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteVariable', summary: 'Remove a variable' })
  @ApiNoContentResponse()
  remove(@CurrentActor() actor: Actor, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    return this.variables.remove(actor, id)
  }
}
