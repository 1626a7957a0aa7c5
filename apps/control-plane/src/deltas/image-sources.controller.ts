import {
  DEVICE_ROUTES,
  type ImageSourcesRequest,
  ImageSourcesRequestSchema,
  type ImageSourcesResponse,
} from '@flotilla/contracts'
import { Body, Controller, Header, HttpCode, Post } from '@nestjs/common'
import { CurrentDevice, ForDevices, InTurn, type KnownDevice } from '../hardware/index.js'
import { ImageSources } from './image-sources.service.js'

@ForDevices()
@InTurn()
@Controller()
export class ImageSourcesController {
  constructor(private readonly sources: ImageSources) {}

  @Post(DEVICE_ROUTES.imageSources)
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  find(
    @CurrentDevice() device: KnownDevice,
    @Body({ schema: ImageSourcesRequestSchema }) request: ImageSourcesRequest,
  ): Promise<ImageSourcesResponse> {
    return this.sources.answer(device, request)
  }
}
