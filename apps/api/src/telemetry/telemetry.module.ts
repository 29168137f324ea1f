import { Module } from '@nestjs/common'
import { AggregateReader } from './aggregates/aggregate-reader.js'
import { DevicesTelemetryController } from './devices-telemetry.controller.js'
import { HistoryAnswers } from './exports/history-answers.js'
import { RunningExports } from './exports/running-exports.js'
import { LatestService } from './latest.service.js'
import { PointsReader } from './points-reader.js'
import { ReadingPool } from './reading-pool.js'
import { ReadingTurns } from './reading-turns.js'
import { SeriesLookup } from './series-lookup.js'
import { TelemetryController } from './telemetry.controller.js'
import { TelemetryService } from './telemetry.service.js'

@Module({
  controllers: [TelemetryController, DevicesTelemetryController],
  providers: [
    ReadingPool,
    ReadingTurns,
    SeriesLookup,
    LatestService,
    PointsReader,
    AggregateReader,
    TelemetryService,
    RunningExports,
    HistoryAnswers,
  ],
})
export class TelemetryModule {}
