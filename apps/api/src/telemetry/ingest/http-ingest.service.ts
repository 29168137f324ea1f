import { telemetry } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import {
  ForbiddenError,
  NotFoundError,
  UnauthorizedError,
  UnavailableError,
  UnprocessableError,
} from '../../foundation/errors/domain-errors.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import { CredentialVerifier, type VerifiedDevice } from '../../registry/credentials/credential-verifier.js'
import { Notices } from '../../registry/notices/notices.js'
import { type IngestOutcome, UndecidedError } from '../samples/sample.js'
import { parseBasicAuth } from './basic-auth.js'
import { IngestService } from './ingest.service.js'
import { IngestLatency } from './ingest-latency.js'

/** How long a request waits for its commit before the device is told to send it again. */
const decisionTimeoutMs = 10_000
const retryAfterSeconds = 5

/** Telemetry over HTTP, with the same credentials, pipeline and promises as over MQTT. */
@Injectable()
export class HttpIngestService {
  constructor(
    private readonly credentials: CredentialVerifier,
    private readonly ingest: IngestService,
    private readonly notices: Notices,
    private readonly publisher: PlatformPublisher,
    private readonly latency: IngestLatency,
  ) {}

  /** The device of an Authorization header, when it is this one. */
  async authenticate(authorization: string | undefined, deviceId: string): Promise<VerifiedDevice> {
    const basic = parseBasicAuth(authorization)
    if (basic === null) throw unauthorized('Send the user name and the password of the device’s credential.')
    const verification = await this.credentials.verify(basic.username, basic.password)
    if (!verification.ok)
      throw unauthorized(
        verification.reason === 'expired' ? 'The credential has expired.' : 'No such credential.',
      )
    if (verification.device.deviceId !== deviceId)
      throw new ForbiddenError('This credential is another device’s.', 'wrong_device')
    return verification.device
  }

  /** Stores a message and passes it on to subscribers; returns how many samples it had. Throws an UnavailableError if that is undecided. */
  async store(device: VerifiedDevice, json: string): Promise<number> {
    const payload = Buffer.from(json)
    const topic = telemetry.topic({ org: device.organizationSlug, device: device.deviceId })
    const outcome = await this.decided(device, topic, payload)
    if (outcome.stored) return outcome.samples
    const { code, detail } = outcome.refusal
    if (code === 'telemetry_dropped')
      throw new NotFoundError('The device no longer exists.', 'device_not_found')
    this.notices.send(device, { code, topic, detail })
    throw new UnprocessableError(detail, code)
  }

  private async decided(device: VerifiedDevice, topic: string, payload: Buffer): Promise<IngestOutcome> {
    const timing = this.latency.begin('http', 'acknowledged', () => ({
      topic,
      clientId: device.deviceId,
      organization: device.organizationSlug,
      payloadBytes: payload.length,
    }))
    let timer: NodeJS.Timeout | undefined
    let forwarded: Promise<void> | undefined
    const forward = () => {
      forwarded ??= this.publisher.publish(topic, payload, { qos: telemetry.qos })
      return forwarded
    }
    try {
      const outcome = await new Promise<IngestOutcome>((decided, undecided) => {
        timer = setTimeout(
          () => undecided(new UndecidedError('the database is slow', 'slow')),
          decisionTimeoutMs,
        )
        const delayed = () => void forward().catch(undecided)
        this.ingest.ingest(device, payload, { timing, delayed, decided, undecided }, 'acknowledged')
      })
      this.latency.decided(timing, outcome.stored ? 'stored' : 'refused')
      if (outcome.stored) await forward()
      this.latency.acknowledged(timing)
      return outcome
    } catch (error) {
      this.latency.decided(timing, 'undecided')
      if (!(error instanceof UndecidedError)) throw error
      const detail = `It is not known whether this is stored: ${error.message}. Send it again, with the same ts.`
      throw new UnavailableError(detail, 'undecided', retryAfterSeconds)
    } finally {
      clearTimeout(timer)
    }
  }
}

function unauthorized(detail: string): UnauthorizedError {
  return new UnauthorizedError(detail, 'unauthorized', 'Basic')
}
