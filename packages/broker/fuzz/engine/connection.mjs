import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { ClientStream } from '../model/client-stream.mjs'
import { isSecret } from '../model/rules.mjs'
import { limits } from '../target/limits.mjs'
import { opcodes } from '../wire/frames.mjs'
import { disconnect, pingreq } from '../wire/packets.mjs'
import { Answers } from './answers.mjs'
import { Finding } from './finding.mjs'
import { Link } from './link.mjs'
import { Replies } from './replies.mjs'

/** @typedef {{ target: import('./target.mjs').Target, answerTimeoutMs: number }} Context */

/** One connection of an attacker, with its oracles: predicted answers come, and illegal bytes end it. */
export class AttackConnection {
  #context
  #stream
  #link
  #answers
  #replies
  #pongs = 0
  /** @type {Finding | null} */
  #finding = null
  /** @type {(() => void)[]} */
  #wake = []

  /**
   * @param {import('./case.mjs').Actor} actor
   * @param {Context} context
   */
  constructor(actor, context) {
    this.#context = context
    this.#stream = new ClientStream(actor.transport)
    this.#answers = new Answers(this.#stream.mqtt)
    this.#replies = new Replies(actor.reply)
    this.#link = new Link(
      actor.transport,
      context.target,
      {
        onPacket: (packet) => this.#receive(packet),
        onControl: (opcode) => {
          if (opcode === opcodes.pong) this.#pongs++
        },
        onChange: () => this.#notify(),
        onProtocolError: (error) => this.#found(new Finding('protocol error', error.message)),
        terms: () => this.#stream.mqtt,
      },
      actor.handshake,
    )
  }

  /** Waits for the WebSocket to open. False when it was refused, which is an answer too. */
  async opened() {
    await this.#until(() => this.#link.status !== 0, 'the WebSocket handshake')
    if (this.#link.status === 101 && !this.#link.closed) return true
    await this.#until(() => this.#link.closed, 'the end of a refused handshake')
    return false
  }

  /**
   * @param {Buffer} bytes
   * @param {{ raw: boolean, chunkBytes?: number, pauseMs?: number }} how
   */
  async write(bytes, { raw, chunkBytes = bytes.length, pauseMs }) {
    for (let at = 0; at < bytes.length && !this.#link.closed; at += chunkBytes) {
      const chunk = bytes.subarray(at, at + chunkBytes)
      this.#put(raw ? chunk : this.#stream.wrap(chunk))
      if (pauseMs !== undefined) await pause(pauseMs)
      else if (chunkBytes < bytes.length) await nextTurn()
    }
  }

  /** @param {boolean} on */
  read(on) {
    if (on) this.#link.resume()
    else this.#link.pause()
  }

  /** Waits for every predicted answer, or the end. */
  async answered() {
    this.#link.resume()
    await this.#until(() => this.#answered, 'the answers')
  }

  /** @param {'drop' | 'end'} how */
  async leave(how) {
    if (this.#finding) throw this.#finding
    if (how === 'drop') return this.#link.drop()
    if (this.#stream.atBoundary && this.#stream.mqtt.state === 'connected')
      this.#put(this.#stream.wrap(disconnect))
    this.#link.resume()
    this.#link.end()
    await this.#until(() => this.#link.closed, 'the end after DISCONNECT')
  }

  /** Checks the whole connection: it must be open and answer, or have a reason to be closed. */
  async judge() {
    this.#link.resume()
    await this.#complete()
    const { problem } = this.#stream
    if (problem !== null) return this.#mustClose(problem)
    if (this.#stream.mqtt.state === 'opening')
      return this.#mustClose('no CONNECT', limits.connectTimeoutMs + this.#context.answerTimeoutMs)
    if (!this.#link.closed) this.#put(this.#stream.wrap(pingreq))
    await this.#until(() => this.#answered, 'the answers')
    if (this.#finding) throw this.#finding
    if (this.#link.closed) await this.#explainEnd()
  }

  /** Completes the packet that the attack left incomplete, so that the broker has no reason to wait. */
  async #complete() {
    for (let i = 0; i < 400 && !this.#link.closed && this.#stream.problem === null; i++) {
      const { frames, mqtt } = this.#stream
      if (frames?.inHeader) this.#put(Buffer.alloc(1))
      else if (mqtt.state === 'connected' && mqtt.missing > 0)
        this.#put(this.#stream.wrap(Buffer.alloc(Math.min(mqtt.missing, limits.maxPacketBytes))))
      else return
    }
  }

  get #answered() {
    if (this.#link.closed) return true
    const pongsCame = this.#pongs >= (this.#stream.frames?.pongsOwed ?? 0)
    return pongsCame && this.#answers.missing === null
  }

  /**
   * @param {string} problem
   * @param {number} [limitMs]
   */
  async #mustClose(problem, limitMs) {
    await this.#until(() => this.#link.closed, `the end (${problem})`, 'accepted', limitMs)
    if (this.#finding) throw this.#finding
  }

  /** Checks the reason of a closed connection on which the model found nothing illegal. */
  async #explainEnd() {
    const { mqtt, excuses } = this.#stream
    if (excuses.length > 0 || !isOwnId(mqtt.clientId)) return
    const reason = await this.#context.target.ending(mqtt.clientId)
    if (reason !== null && badReasons.some((bad) => reason.startsWith(bad)))
      throw new Finding('cut off', `a legal client was ended: ${reason}`)
  }

  /** @param {import('../wire/server-packets.mjs').ServerPacket} packet */
  #receive(packet) {
    if (packet.type === 3 && isSecret(packet.topic)) this.#found(new Finding('leak', packet.topic))
    const problem = this.#answers.take(packet)
    if (problem) this.#found(problem)
    for (const reply of this.#replies.to(packet))
      if (this.#stream.atBoundary) this.#put(this.#stream.wrap(reply))
  }

  /** @param {Buffer} bytes */
  #put(bytes) {
    this.#stream.push(bytes)
    this.#link.write(bytes)
  }

  /** @param {Finding} finding */
  #found(finding) {
    this.#finding ??= finding
    this.#notify()
  }

  #notify() {
    for (const wake of this.#wake.splice(0)) wake()
  }

  /**
   * @param {() => boolean} done
   * @param {string} what
   * @param {import('./finding.mjs').FindingKind} kind
   */
  async #until(done, what, kind = 'unanswered', limitMs = this.#context.answerTimeoutMs) {
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#notify()
    }, limitMs)
    while (!done() && !this.#finding && !late && !this.#context.target.exited)
      await new Promise((resolve) => this.#wake.push(() => resolve(null)))
    clearTimeout(timer)
    if (this.#finding) throw this.#finding
    if (late && !done()) throw new Finding(kind, `${what} did not come: ${this.#answers.missing ?? ''}`)
  }

  drop() {
    this.#link.drop()
  }
}

/** Ids that only one actor uses; others may be taken over at any moment. */
const isOwnId = (/** @type {string} */ clientId) => clientId.startsWith('own-')

const badReasons = [
  'malformed',
  'server_error',
  'undecided',
  'timeout',
  'too_large',
  'unsupported',
  'keep_alive',
]
