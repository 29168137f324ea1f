import { formatStoredTime, type IngestResult, storedProperties, telemetry } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import {
  ForbiddenError,
  InvalidError,
  NotFoundError,
  TooLargeError,
  UnauthorizedError,
  UnavailableError,
  UnprocessableError,
} from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { requestLimits } from '../../foundation/limits/request-limits.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import type { VerifiedDevice } from '../../registry/credentials/verified-device.js'
import { ClockNotices, clockNotSetNotice } from '../../registry/notices/clock-notices.js'
import { Notices } from '../../registry/notices/notices.js'
import { type IngestOutcome, type Refusal, RefusedError, UndecidedError } from '../samples/sample.js'
import { parseBasicAuth } from './basic-auth.js'
import { decompress } from './decompress.js'
import { IngestService } from './ingest.service.js'
import { IngestLatency } from './ingest-latency.js'

/** How long a request waits for its commit before the device is told to send it again. */
const decisionTimeoutMs = 10_000
const retryAfterSeconds = 5

/** Telemetry over HTTP, with the same credentials, pipeline and promises as over MQTT. */
@Injectable()
export class HttpIngestService {
  private readonly longestBodyBytes: number

  constructor(
    private readonly credentials: CredentialVerifier,
    private readonly ingest: IngestService,
    private readonly notices: Notices,
    private readonly clocks: ClockNotices,
    private readonly publisher: PlatformPublisher,
    private readonly latency: IngestLatency,
    private readonly events: EventBus,
    @Inject(CONFIG) config: Config,
  ) {
    this.longestBodyBytes = requestLimits.values(config.limits).bodyBytes
  }

  /** The device of an Authorization header, when it is this one. */
  async authenticate(
    authorization: string | undefined,
    deviceId: string,
    remoteAddress: string,
  ): Promise<VerifiedDevice> {
    const basic = parseBasicAuth(authorization)
    if (basic === null) throw unauthorized('Send the user name and the password of the device’s credential.')
    const verification = await this.credentials.verify(basic.username, basic.password)
    if (!verification.ok) {
      const expired = verification.reason === 'expired'
      this.recordRefusal(basic.username, expired ? 'expired' : 'bad_credentials', remoteAddress)
      throw unauthorized(expired ? 'The credential has expired.' : 'No such credential.')
    }
    if (verification.device.deviceId !== deviceId) {
      this.recordRefusal(basic.username, 'wrong_device', remoteAddress, `It was sent to device ${deviceId}.`)
      throw new ForbiddenError('This credential is another device’s.', 'wrong_device')
    }
    return verification.device
  }

  /** Shows a refused request on the page of the device whose credential was named, if there is one. */
  private recordRefusal(credentialId: string, code: string, remoteAddress: string, detail?: string): void {
    const owner = this.credentials.ownerOf(credentialId)
    if (owner === null) return
    const { organizationId, deviceId: device } = owner
    void this.events.emit('refused', { organizationId, device, code, detail, remoteAddress })
  }

  /** Stores a message and passes it on to subscribers. Throws an UnavailableError if that is undecided. */
  async store(
    device: VerifiedDevice,
    body: Buffer,
    contentEncoding: string | undefined,
  ): Promise<IngestResult> {
    const topic = telemetry.topic({ org: device.organizationSlug, device: device.deviceId })
    const payload = await this.decompressed(device, topic, body, contentEncoding)
    let unsetClockTs: number | null = null
    const outcome = await this.decided(device, topic, payload, (ts) => {
      unsetClockTs = ts
      this.clocks.send(device, topic, ts)
    })
    if (!outcome.stored) throw this.refused(device, topic, outcome.refusal)
    const { samples } = outcome
    return unsetClockTs === null ? { samples } : { samples, notice: clockNotSetNotice(unsetClockTs) }
  }

  private async decompressed(
    device: VerifiedDevice,
    topic: string,
    body: Buffer,
    contentEncoding: string | undefined,
  ): Promise<Buffer> {
    try {
      return await decompress(body, contentEncoding, this.longestBodyBytes)
    } catch (error) {
      if (error instanceof RefusedError) throw this.refused(device, topic, error.refusal)
      if (error instanceof TooLargeError)
        this.notices.send(device, { code: 'payload_invalid', topic, detail: error.message })
      throw error
    }
  }

  /** Tells the device, as over MQTT, and makes the error that answers the request. */
  private refused(device: VerifiedDevice, topic: string, { code, detail, malformed }: Refusal): Error {
    if (code === 'telemetry_dropped')
      return new NotFoundError('The device no longer exists.', 'device_not_found')
    this.notices.send(device, { code, topic, detail })
    return malformed === true ? new InvalidError(detail, code) : new UnprocessableError(detail, code)
  }

  private async decided(
    device: VerifiedDevice,
    topic: string,
    payload: Buffer,
    clockNotSet: (ts: number) => void,
  ): Promise<IngestOutcome> {
    const timing = this.latency.begin('http', 'acknowledged', () => ({
      topic,
      clientId: device.deviceId,
      organization: device.organizationSlug,
      payloadBytes: payload.length,
    }))
    let timer: NodeJS.Timeout | undefined
    let forwarded: Promise<void> | undefined
    let userProperties: [string, string][] = []
    const forward = () => {
      forwarded ??= this.publisher.publish(topic, payload, { qos: telemetry.qos, userProperties })
      return forwarded
    }
    const accepted = (assignedUs: number | null) => {
      if (assignedUs !== null) userProperties = [[storedProperties.time, formatStoredTime(assignedUs)]]
    }
    try {
      const outcome = await new Promise<IngestOutcome>((decided, undecided) => {
        timer = setTimeout(
          () => undecided(new UndecidedError('the database is slow', 'slow')),
          decisionTimeoutMs,
        )
        const delayed = () => void forward().catch(undecided)
        const listener = { timing, clockNotSet, accepted, delayed, decided, undecided }
        this.ingest.ingest(device, payload, listener, 'acknowledged')
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
