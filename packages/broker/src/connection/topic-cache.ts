import { Bytes, equalsBytes } from '../bytes/bytes.js'
import { ReasonCode } from '../interface/reason-code.js'
import { readUtf8, topicProblem } from '../packets/topic.js'
import { Violation } from '../packets/violation.js'

export interface TopicLimits {
  maxTopicBytes: number
  maxTopicLevels: number
}

/**
 * Reads topics of PUBLISH packets, and remembers the last one. Devices publish to few topics: the same bytes again are
 * neither decoded nor checked.
 */
export class TopicCache {
  topic = ''
  readonly #limits: TopicLimits
  #bytes: Bytes | null = null

  constructor(limits: TopicLimits) {
    this.#limits = limits
  }

  /** Reads `from..to` into `topic`; returns what is wrong with it, or null. */
  read(bytes: Bytes, from: number, to: number): Violation | null {
    if (this.#bytes !== null && equalsBytes(bytes, from, to, this.#bytes)) return null
    const { maxTopicBytes, maxTopicLevels } = this.#limits
    if (to - from > maxTopicBytes) return invalid('topic too long')
    const topic = readUtf8(bytes.buffer, from, to)
    if (topic === null) return Violation.malformed('PUBLISH: topic is no UTF-8, or holds a control character')
    const problem = topicProblem(topic, maxTopicLevels)
    if (problem) return invalid(problem)
    this.topic = topic
    this.#bytes = new Bytes(Buffer.from(bytes.buffer.subarray(from, to)))
    return null
  }
}

function invalid(problem: string): Violation {
  return new Violation(ReasonCode.topicNameInvalid, `PUBLISH: ${problem}`)
}
