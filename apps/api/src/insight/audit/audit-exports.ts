import type { ServerResponse } from 'node:http'
import type { ExportPlatformAudit } from '@heliograph/protocol'
import { Injectable, type StreamableFile } from '@nestjs/common'
import type {
  Busy,
  ConcurrencyLimiter,
  RunningLimits,
} from '../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { UnavailableError } from '../../foundation/errors/domain-errors.js'
import { tooManyAtATime } from '../../foundation/limits/too-many-exports.js'
import { streamedFile } from '../../http/requests/streamed-file.js'
import { type AuditScope, AuditService } from './audit.service.js'
import { auditExportLimits } from './audit-export-limits.js'
import { auditFile } from './audit-file.js'

const retryAfterSeconds = 10

/** Writes an audit into a file, while a client reads it. */
@Injectable()
export class AuditExports {
  private readonly limiter: ConcurrencyLimiter

  constructor(
    private readonly audit: AuditService,
    limiters: ConcurrencyLimiters,
  ) {
    this.limiter = limiters.make(auditExportLimits, tooMany)
  }

  /** `name` is that of whose audit it is, in the name of the file. */
  async write(
    scope: AuditScope,
    name: string,
    { format = 'csv', ...filters }: ExportPlatformAudit,
    response: ServerResponse,
  ): Promise<StreamableFile> {
    const end = await this.limiter.take(scope.share)
    if (response.destroyed) end()
    else response.once('close', end)
    const chunks = await this.audit.stream(scope, filters)
    const file = streamedFile(chunks, auditFile[format], `${name}-audit.${format}`)
    // An answer to HEAD, or to a client that is gone, is not read to its end.
    const stop = () => file.getStream().destroy()
    if (response.destroyed) stop()
    else response.once('close', stop)
    return file
  }
}

function tooMany({ perCaller }: RunningLimits, { level }: Busy): Error {
  if (level === 'caller') {
    const detail = `You are reading ${perCaller} files of the audit, which is the limit. Finish or close one of them, then try again.`
    return tooManyAtATime('auditExports.perCaller', perCaller, detail)
  }
  const detail = 'Too many files of the audit are being read at the moment. Try again in ten seconds.'
  return new UnavailableError(detail, 'busy', retryAfterSeconds)
}
