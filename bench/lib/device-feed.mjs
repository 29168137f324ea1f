import mqtt from 'mqtt'

const messagesPerSecond = 100
/** Values from before the page was opened, so that it shows something at once. */
const keyOf = (index) => `k${String(index).padStart(2, '0')}`

/** One device that sends so many samples a second, over so many keys, as evenly as a timer allows. */
export class DeviceFeed {
  #client
  #topic
  #series
  #sent = []
  #timer

  static async connect(platform, { device, series }) {
    const feed = new DeviceFeed()
    const credential = await platform.accounts.device(device)
    const { tcp } = await platform.start()
    const { clientId, username, password, topics } = credential
    feed.#client = await mqtt.connectAsync(`mqtt://127.0.0.1:${tcp}`, { clientId, username, password })
    feed.#topic = topics.telemetry
    feed.#series = series
    await feed.#publish(clock())
    return feed
  }

  /** Gives the list, which grows, of when each message was published and acknowledged (fractional epoch milliseconds). */
  start({ samplesPerSecond }) {
    const keysPerMessage = this.#series
    const everyMs = (1_000 * keysPerMessage) / samplesPerSecond
    const startedAt = clock()
    let count = 0
    // A timer may be late: all samples that are due by then are sent together.
    this.#timer = setInterval(
      () => {
        const due = Math.floor((clock() - startedAt) / everyMs)
        for (; count < due; count += 1) {
          const message = { at: clock(), acknowledgedAt: null }
          this.#sent.push(message)
          void this.#publish(message.at).then(() => {
            message.acknowledgedAt = clock()
          })
        }
      },
      1_000 / messagesPerSecond / 4,
    )
    return this.#sent
  }

  async stop() {
    clearInterval(this.#timer)
    await this.#client.endAsync()
  }

  /** The first key is the time itself, of which the page writes the newest that it draws; the others are waves. */
  #publish(at) {
    const values = {}
    for (let index = 0; index < this.#series; index += 1) {
      values[keyOf(index)] = index === 0 ? written(at) : wave(at, index)
    }
    return this.#client.publishAsync(this.#topic, JSON.stringify(values), { qos: 1 })
  }
}

/** Large numbers are written with an exponent: times count from here. */
const epoch = Math.floor(Date.now() / 1_000) * 1_000

/** A time of publishing as the first key carries it. */
export const written = (at) => (Math.round(at * 10) - epoch * 10) / 10

const clock = () => performance.timeOrigin + performance.now()

function wave(at, index) {
  return Math.round((20 + index + 5 * Math.sin(at / (700 + 90 * index)) + Math.random()) * 100) / 100
}
