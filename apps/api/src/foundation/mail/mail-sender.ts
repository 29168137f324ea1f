import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common'
import { Counter } from 'prom-client'
import { CONFIG, type Config } from '../config/config.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { wholeMailLimits } from './mail-limits.js'
import { type ClaimedMail, Outbox } from './outbox.js'
import { RefusedMailError, SmtpClient } from './smtp-client.js'

const lookEveryMs = 10_000
const firstPauseMs = 30_000
const longestPauseMs = 3_600_000
const closeTimeoutMs = 1_000

/** Sends what is in the outbox, some mails at a time, and tries again what the mail server did not take. */
@Injectable()
export class MailSender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MailSender.name)
  private readonly client: SmtpClient | null
  private readonly sending: number
  private readonly sent: Counter<'result'>
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> | null = null
  private again = false
  private stopped = false

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly outbox: Outbox,
    metrics: MetricsRegistry,
  ) {
    const { sending, serverMs } = wholeMailLimits(config.limits)
    this.sending = sending
    this.client =
      config.mail === null ? null : new SmtpClient(config.mail, { connections: sending, silenceMs: serverMs })
    this.sent = new Counter({
      name: 'heliograph_mails_total',
      help: 'Attempts to hand a mail to the mail server, by result: sent, refused for good, or failed and tried again',
      labelNames: ['result'],
      registers: [metrics.registry],
    })
    for (const result of ['sent', 'refused', 'failed']) this.sent.inc({ result }, 0)
  }

  onApplicationBootstrap(): void {
    if (this.client === null) return
    this.outbox.onSendSoon(() => this.look())
    this.timer = setInterval(() => this.look(), lookEveryMs).unref()
    this.look()
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    // What is being sent has a moment. A mail whose end is not noted is sent once more after the start.
    await Promise.race([this.running, new Promise((resolve) => setTimeout(resolve, closeTimeoutMs).unref())])
    this.client?.close()
  }

  private look(): void {
    if (this.stopped) return
    this.again = true
    this.running ??= this.sendAll().finally(() => {
      this.running = null
    })
  }

  private async sendAll(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false
      try {
        const claimed = await this.outbox.claim(this.sending)
        await Promise.all(claimed.map((mail) => this.send(mail)))
        this.again ||= claimed.length === this.sending
      } catch (error) {
        const reason = error instanceof Error ? error.message : error
        this.logger.warn(`mails wait, as the outbox could not be read: ${reason}`)
      }
    }
  }

  private async send({ id, mail, attempts }: ClaimedMail): Promise<void> {
    if (mail === null) {
      this.logger.warn(`mail ${id} is dropped: it was queued with an AUTH_SECRET that is not known any more`)
      return this.outbox.remove(id)
    }
    try {
      await this.client?.send(mail)
    } catch (error) {
      return error instanceof RefusedMailError
        ? this.refused(id, error.message)
        : this.failed(id, attempts, error instanceof Error ? error.message : String(error))
    }
    this.sent.inc({ result: 'sent' })
    await this.outbox.remove(id)
  }

  private async failed(id: bigint, attempts: number, reason: string): Promise<void> {
    this.sent.inc({ result: 'failed' })
    const pauseMs = Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs)
    this.logger.warn(`mail ${id} was not sent and is tried again in ${pauseMs / 1_000} s: ${reason}`)
    await this.outbox.tryAgain(id, pauseMs)
  }

  private async refused(id: bigint, reason: string): Promise<void> {
    this.sent.inc({ result: 'refused' })
    this.logger.warn(`mail ${id} is dropped, as the mail server refuses it for good: ${reason}`)
    await this.outbox.remove(id)
  }
}
