import { limits } from '../target/limits.mjs'
import { ids } from '../wire/properties.mjs'
import { judgeConnect, noWishes } from './connect.mjs'
import { Deliveries } from './deliveries.mjs'
import { numberOf, readProperties } from './properties.mjs'
import { isSecret, isUndecided } from './rules.mjs'
import { Fields, filterProblem, isOversized, topicProblem } from './text.mjs'

/**
 * Reads the bytes of a client and predicts what the broker must do: send certain answers, or end the connection. It is
 * written from the specification alone; where that leaves a choice, the broker has an excuse for either.
 */
export class MqttModel {
  /** @type {'opening' | 'connected' | 'ended'} */
  state = 'opening'
  /** Why the connection must end. @type {string | null} */
  problem = null
  /** Why the broker may end it all the same. @type {Set<string>} */
  excuses = new Set()
  /** True when the CONNECT itself was illegal: it must not be accepted. */
  neverAccepted = false
  clientId = ''
  /** @type {3 | 4 | 5} */
  version = 4
  wishes = noWishes
  /** What the broker has sent above QoS 0. */
  deliveries = new Deliveries()
  /** Answers owed, by `name:id`, and how often. @type {Map<string, number>} */
  owed = new Map()
  /** Ids of QoS 1 messages, in order. @type {number[]} */
  pubacks = []
  /** What each SUBSCRIBE asked for. @type {Map<number, { qos: number, secret: boolean }[][]>} */
  requests = new Map()
  /** Of how many filters each UNSUBSCRIBE was. @type {Map<number, number[]>} */
  removals = new Map()
  /** @type {Buffer[]} */
  #parts = []
  #length = 0
  /** @type {Set<number>} */
  #inbound = new Set()
  /** Topic aliases that the client has set. @type {Set<number>} */
  #aliases = new Set()

  /** Bytes that the packet under way still lacks; at least that many when its length is not whole yet. */
  get missing() {
    if (this.#length === 0) return 0
    const size = sizeOf(this.#head())
    return size === null ? 1 : size - this.#length
  }

  /** @param {Buffer} bytes */
  push(bytes) {
    if (this.problem !== null || bytes.length === 0) return
    this.#parts.push(bytes)
    this.#length += bytes.length
    const needed = sizeOf(this.#head())
    if (needed !== null && needed <= limits.maxPacketBytes && this.#length < needed) return
    let unread = Buffer.concat(this.#parts)
    while (this.problem === null && unread.length > 0) {
      const size = sizeOf(unread)
      if (size === null) break
      if (size > limits.maxPacketBytes) {
        this.#end(size === Number.POSITIVE_INFINITY ? 'remaining length' : 'packet too large')
        break
      }
      if (unread.length < size) break
      this.#packet(unread.subarray(0, size))
      unread = unread.subarray(size)
    }
    this.#parts = unread.length > 0 ? [unread] : []
    this.#length = unread.length
  }

  #head() {
    let head = this.#parts[0] ?? Buffer.alloc(0)
    for (let i = 1; head.length < 5 && i < this.#parts.length; i++)
      head = Buffer.concat([head, /** @type {Buffer} */ (this.#parts[i])])
    return head
  }

  /** @param {Buffer} bytes a whole packet */
  #packet(bytes) {
    let at = 1
    while (/** @type {number} */ (bytes[at]) > 127) at++
    if (at > 1 && bytes[at] === 0) this.excuses.add('remaining length not minimal')
    const first = bytes[0] ?? 0
    const body = bytes.subarray(at + 1)
    if (this.state === 'opening') return this.#connect(first, body)
    const type = first >> 4
    if (type === 3) return this.#publish(first & 15, new Fields(body))
    if (type === 8 || type === 10) return this.#filters(type, first & 15, new Fields(body))
    if (![4, 5, 6, 7, 12, 14].includes(type)) return this.#end(`packet type ${type}`)
    if (this.#flagsMatter(first & 15, type === 6 ? 2 : 0)) return this.#end('reserved bits')
    if (type === 14) return this.#end('DISCONNECT')
    if (type < 8 && this.version === 5) return this.#longAcknowledgement(type, new Fields(body))
    if (body.length !== (type < 8 ? 2 : 0)) return this.#end('packet length')
    if (type === 12) this.#owe('pingresp')
    else this.#acknowledgement(type, body.readUInt16BE(0))
  }

  /**
   * @param {number} first
   * @param {Buffer} body
   */
  #connect(first, body) {
    if (first >> 4 !== 1) return this.#end('no CONNECT')
    const { problem, excuse, clientId, version, wishes } = judgeConnect(first, body)
    if (problem) {
      this.neverAccepted = true
      return this.#end(problem)
    }
    if (excuse) this.excuses.add(excuse)
    this.clientId = clientId
    this.version = version
    this.wishes = wishes
    this.state = 'connected'
    this.#owe('connack')
  }

  /**
   * @param {number} flags
   * @param {Fields} fields
   */
  #publish(flags, fields) {
    const qos = (flags >> 1) & 3
    if (qos === 3 || (qos === 0 && flags & 8)) return this.#end('PUBLISH flags')
    const topic = fields.text()
    if (topic === null || (topic !== '' && topicProblem(topic))) return this.#end('PUBLISH topic')
    const id = qos > 0 ? fields.uint16() : 0
    if (id === null || (qos > 0 && id === 0)) return this.#end('PUBLISH packet id')
    const problem = this.version === 5 ? this.#publishProperties(fields, topic) : topicProblem(topic)
    if (problem) return this.#end(`PUBLISH ${problem}`)
    if (isOversized(topic, limits)) this.excuses.add('topic too large')
    if (isUndecided(topic)) this.excuses.add('undecided')
    if (qos === 1) this.#owe(`puback:${id}`, this.pubacks, id)
    if (qos < 2) return
    if (this.#inbound.add(id).size > limits.maxInboundQos2) this.excuses.add('QoS 2 quota')
    this.owed.set(`pubrec:${id}`, 1)
  }

  /**
   * What is wrong with the properties, or with a topic alias and the topic it stands for.
   * @param {Fields} fields
   * @param {string} topic
   */
  #publishProperties(fields, topic) {
    const at = fields.at
    const properties = readProperties(fields, 'publishFromClient')
    if (typeof properties === 'string') return properties
    if (fields.at - at > limits.maxPropertyBytes) this.excuses.add('properties too large')
    const alias = numberOf(properties, ids.topicAlias, 0)
    if (alias > limits.maxTopicAliases) return 'topic alias too high'
    if (topic === '') return this.#aliases.has(alias) ? null : 'topic'
    if (alias > 0) this.#aliases.add(alias)
    return null
  }

  /**
   * @param {number} type
   * @param {number} flags
   * @param {Fields} fields
   */
  #filters(type, flags, fields) {
    const id = fields.uint16()
    if (this.#flagsMatter(flags, 2) || !id || fields.left === 0)
      return this.#end('SUBSCRIBE or UNSUBSCRIBE header')
    if (this.version === 5) {
      const properties = readProperties(fields, type === 8 ? 'subscribe' : 'unsubscribe')
      if (typeof properties === 'string') return this.#end(`${type === 8 ? '' : 'UN'}SUBSCRIBE ${properties}`)
      if (fields.left === 0) return this.#end('no topic filter')
    }
    const requests = []
    let legal = true
    while (fields.left > 0) {
      const filter = fields.text()
      const options = type === 8 ? fields.byte() : 0
      if (filter === null || options === null || this.#optionsProblem(options, filter))
        return this.#end('topic filter')
      const qos = options & 3
      legal &&= filterProblem(filter) === null && !isOversized(filter, limits)
      requests.push({ qos, secret: isSecret(filter) })
    }
    // Illegal filters: refusing them one by one is as good as ending the connection.
    if (!legal || requests.length > limits.maxFiltersPerPacket) this.excuses.add('filters')
    if (type === 10) {
      this.#owe(`unsuback:${id}`)
      this.removals.set(id, [...(this.removals.get(id) ?? []), requests.length])
      return
    }
    this.#owe(`suback:${id}`)
    this.requests.set(id, [...(this.requests.get(id) ?? []), requests])
  }

  /**
   * @param {number} options
   * @param {string} filter
   */
  #optionsProblem(options, filter) {
    if (this.version < 5) return options > 2
    const noLocal = (options & 4) > 0
    return (options & 3) === 3 || options > 0x2f || (noLocal && filter.startsWith('$share/'))
  }

  /**
   * An acknowledgement of MQTT 5, which may have a reason code and properties (section 3.4).
   * @param {number} type
   * @param {Fields} fields
   */
  #longAcknowledgement(type, fields) {
    const id = fields.uint16()
    if (id === null) return this.#end('packet length')
    const code = fields.left > 0 ? (fields.byte() ?? 0) : 0
    if (!(type < 6 ? receiptCodes : releaseCodes).includes(code)) return this.#end(`reason code ${code}`)
    const properties = fields.left > 0 ? readProperties(fields, 'acknowledgement') : null
    if (typeof properties === 'string') return this.#end(`acknowledgement with ${properties}`)
    if (fields.left > 0) return this.#end('bytes behind an acknowledgement')
    this.#acknowledgement(type, id, code)
  }

  /**
   * @param {number} type
   * @param {number} id
   * @param {number} [code]
   */
  #acknowledgement(type, id, code = 0) {
    if (id === 0) this.excuses.add('packet id 0')
    if (type !== 6) {
      if (!this.deliveries.acknowledged(id, type, code)) this.excuses.add('acknowledgement of another kind')
      return
    }
    this.#inbound.delete(id)
    this.#owe(`pubcomp:${id}`)
  }

  /**
   * Whether flags of the fixed header are wrong. MQTT 3.1 has no rule for those of most packets.
   * @param {number} flags
   * @param {number} right
   */
  #flagsMatter(flags, right) {
    if (flags === right) return false
    if (this.version > 3) return true
    this.excuses.add('flags of MQTT 3.1')
    return false
  }

  /**
   * The broker has sent a message above QoS 0, or PUBREL as `qos` 3.
   * @param {number} id
   * @param {number} qos
   */
  delivered(id, qos) {
    if (!this.deliveries.sent(id, qos)) this.excuses.add('acknowledgement of another kind')
  }

  /**
   * @param {string} key
   * @param {number[]} [order]
   * @param {number} [id]
   */
  #owe(key, order, id = 0) {
    this.owed.set(key, (this.owed.get(key) ?? 0) + 1)
    order?.push(id)
  }

  /** @param {string} problem */
  #end(problem) {
    this.problem = problem
    this.state = 'ended'
  }
}

/** Reason codes of PUBACK and PUBREC, and of PUBREL and PUBCOMP. */
const receiptCodes = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
const releaseCodes = [0x00, 0x92]

/**
 * Size of the packet that begins here: null when not known yet, infinite when it is illegal.
 * @param {Buffer} bytes
 */
function sizeOf(bytes) {
  let length = 0
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i]
    if (byte === undefined) return null
    length += (byte & 127) * 128 ** (i - 1)
    if (1 + i + length > limits.maxPacketBytes) return 1 + i + length
    if (byte < 128) return 1 + i + length
  }
  return Number.POSITIVE_INFINITY
}
