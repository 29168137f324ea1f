import type { ServerResponse } from 'node:http'
import type { ReadTelemetry, TelemetryOfDevicesPage } from '@heliograph/protocol'
import { Injectable, type StreamableFile } from '@nestjs/common'
import type { Principal } from '../../foundation/principal/principal.js'
import { streamedFile } from '../../http/requests/streamed-file.js'
import { RunningExports } from './exports/running-exports.js'
import { chooseFormat } from './formats/choose-format.js'
import { csvDialectOf } from './formats/csv-dialect.js'
import { serialization } from './formats/serialize.js'
import { TelemetryService } from './telemetry.service.js'

/** The parts of a request that say in which form history is wanted, and where the answer goes. */
export interface HistoryRequest {
  query: ReadTelemetry
  accept: string | undefined
  response: ServerResponse
}

/** Answers requests for history with a page, or with a file that is written while it is read. */
@Injectable()
export class HistoryAnswers {
  constructor(
    private readonly telemetry: TelemetryService,
    private readonly exports: RunningExports,
  ) {}

  async answer(
    principal: Principal,
    devices: readonly string[],
    { query: { format: named, delimiter, decimal, bom, ...query }, accept, response }: HistoryRequest,
    file: { name: string; ofDevices: boolean },
  ): Promise<TelemetryOfDevicesPage | StreamableFile> {
    const format = chooseFormat(named, accept)
    const dialect = csvDialectOf({ delimiter, decimal, bom }, format)
    if (format === 'json') return this.telemetry.read(principal, devices, query)
    const end = await this.exports.begin(principal)
    if (response.destroyed) end()
    else response.once('close', end)
    const chunks = await this.telemetry.stream(principal, devices, query)
    const { name, ofDevices } = file
    const answer = streamedFile(chunks, serialization(format, { ofDevices, dialect }), `${name}.${format}`)
    // An answer to HEAD, or to a client that is gone, is not read to its end.
    const stop = () => answer.getStream().destroy()
    if (response.destroyed) stop()
    else response.once('close', stop)
    return answer
  }
}
