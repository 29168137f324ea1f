import { Module } from '@nestjs/common'
import { AggregateReader } from './aggregates/aggregate-reader.js'
import { DevicesTelemetryController } from './devices-telemetry.controller.js'
import { RunningExports } from './exports/running-exports.js'
import { HistoryAnswers } from './history-answers.js'
import { LatestService } from './latest/latest.service.js'
import { PointsReader } from './points/points-reader.js'
import { ReadLimiter } from './query/read-limiter.js'
import { ReadingPool } from './query/reading-pool.js'
import { SeriesLookup } from './query/series-lookup.js'
import { TelemetryController } from './telemetry.controller.js'
import { TelemetryService } from './telemetry.service.js'

@Module({
  controllers: [TelemetryController, DevicesTelemetryController],
  providers: [
    ReadingPool,
    ReadLimiter,
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
