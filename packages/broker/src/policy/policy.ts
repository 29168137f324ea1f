import type {
  AuthenticateResult,
  BrokerHooks,
  ConnectRequest,
  PublishDecision,
  PublishRefusal,
} from '../interface/hooks.js'
import type { BrokerLimits } from '../interface/limits.js'
import { publishRefusalCodes } from '../interface/reason-code.js'
import type { BrokerLogger, ClientInfo, MaybePromise, PublishedMessage, Qos } from '../interface/types.js'

/** Calls the host's hooks. When one throws, does not answer in time or returns an invalid value, it decides for itself. */
export class Policy<P> {
  readonly #hooks: BrokerHooks<P>
  readonly #limits: BrokerLimits
  readonly #logger: BrokerLogger

  constructor(hooks: BrokerHooks<P>, limits: BrokerLimits, logger: BrokerLogger) {
    this.#hooks = hooks
    this.#limits = limits
    this.#logger = logger
  }

  /** Never rejects: a failing hook is a refusal. */
  authenticate(request: ConnectRequest): MaybePromise<AuthenticateResult<P>> {
    try {
      const result = this.#hooks.authenticate(request)
      return isPromise(result) ? this.#inTime(result) : this.#checked(result)
    } catch (error) {
      return this.#unavailable(error)
    }
  }

  authorizePublish(
    client: ClientInfo<P>,
    { topic, qos, retain }: { topic: string; qos: Qos; retain: boolean },
  ): boolean {
    try {
      return this.#hooks.authorizePublish(client, topic, { qos, retain }) === true
    } catch (error) {
      this.#report('authorizePublish', error)
      return false
    }
  }

  authorizeSubscribe(client: ClientInfo<P>, filter: string): boolean {
    try {
      return this.#hooks.authorizeSubscribe(client, filter) === true
    } catch (error) {
      this.#report('authorizeSubscribe', error)
      return false
    }
  }

  authorizeRetain(client: ClientInfo<P>, topic: string): boolean {
    try {
      return this.#hooks.authorizeRetain?.(client, topic) ?? true
    } catch (error) {
      this.#report('authorizeRetain', error)
      return false
    }
  }

  /** `undecided` when the hook failed. A promise never rejects; the caller enforces its deadline. */
  onPublish(client: ClientInfo<P>, message: PublishedMessage): MaybePromise<PublishDecision | 'undecided'> {
    const hook = this.#hooks.onPublish
    if (hook === undefined) return 'forward'
    try {
      const decision = hook.call(this.#hooks, client, message)
      if (!isPromise(decision)) return this.#decision(decision)
      return decision.then(
        (value) => this.#decision(value),
        (error: unknown) => {
          this.#report('onPublish', error)
          return 'undecided' as const
        },
      )
    } catch (error) {
      this.#report('onPublish', error)
      return 'undecided'
    }
  }

  /** Whether the host can be asked for the principal of a session. */
  get knowsPrincipals(): boolean {
    return this.#hooks.principalOf !== undefined
  }

  /** Null when the hook is not there, or fails. */
  async principalOf(session: { sessionId: string; owner: string; clientId: string }): Promise<P | null> {
    try {
      return (await this.#hooks.principalOf?.(session)) ?? null
    } catch (error) {
      this.#report('principalOf', error)
      return null
    }
  }

  onDecided(message: PublishedMessage): void {
    try {
      this.#hooks.onDecided?.(message)
    } catch (error) {
      this.#report('onDecided', error)
    }
  }

  #decision(value: unknown): PublishDecision | 'undecided' {
    if (value === 'forward' || value === undefined) return 'forward'
    if (value === 'drop' || value === 'refuse' || isRefusal(value)) return value
    this.#report('onPublish', new TypeError('answered neither forward nor drop nor refuse'))
    return 'undecided'
  }

  #inTime(result: Promise<AuthenticateResult<P>>): Promise<AuthenticateResult<P>> {
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => resolve({ ok: false, reason: 'timeout' }),
        this.#limits.authenticateTimeoutMs,
      )
      result
        .then(
          (value) => resolve(this.#checked(value)),
          (error: unknown) => resolve(this.#unavailable(error)),
        )
        .finally(() => clearTimeout(timer))
    })
  }

  #checked(result: AuthenticateResult<P>): AuthenticateResult<P> {
    const sound =
      result?.ok === true
        ? typeof result.sessionId === 'string' &&
          result.sessionId.length > 0 &&
          [result.clientId, result.group, result.owner, result.quotaOwner, result.responseInformation].every(
            isTextOrAbsent,
          ) &&
          (result.maxPacketBytes === undefined || result.maxPacketBytes > 0)
        : result?.ok === false && typeof result.reason === 'string' && isTextOrAbsent(result.reasonString)
    return sound ? result : this.#unavailable(new TypeError('authenticate answered no valid result'))
  }

  #unavailable(error: unknown): AuthenticateResult<P> {
    this.#report('authenticate', error)
    return { ok: false, reason: 'server_error' }
  }

  #report(hook: string, error: unknown): void {
    this.#logger.error(
      { hook, error: error instanceof Error ? error.message : String(error) },
      'a broker hook failed',
    )
  }
}

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function isRefusal(value: unknown): value is PublishRefusal {
  if (typeof value !== 'object' || value === null) return false
  const { decision, code, reasonString } = value as Partial<PublishRefusal>
  const isKnown = publishRefusalCodes.some((known) => known === code)
  return (decision === 'drop' || decision === 'refuse') && isKnown && isTextOrAbsent(reasonString)
}

/** MQTT counts the bytes of a text in two bytes. */
function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && Buffer.byteLength(value) <= 65_535)
}
