import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'

const answerTimeoutMs = 25_000

export interface UpgradeAnswer {
  status: number
  headers: Map<string, string>
  socket: net.Socket
  /** Bytes that followed the headers. */
  rest: Buffer
}

/** Asks for a WebSocket by hand; the socket is destroyed when the answer is anything but 101. */
export async function upgrade(port: number, headers: Record<string, string>): Promise<UpgradeAnswer> {
  const socket = net.connect(port, '127.0.0.1')
  socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error('no answer to the upgrade')))
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /mqtt HTTP/1.1\r\n${lines.join('')}\r\n`)
  let received = Buffer.alloc(0)
  while (!received.includes('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    received = Buffer.concat([received, chunk])
  }
  socket.setTimeout(0)
  const end = received.indexOf('\r\n\r\n')
  const [statusLine = '', ...fields] = received.subarray(0, end).toString().split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  if (status !== 101) socket.destroy()
  const pairs = fields.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { status, headers: new Map(pairs), socket, rest: received.subarray(end + 4) }
}

/** A WebSocket of hand-made frames. */
export async function openFrames(port: number): Promise<FrameSocket> {
  const { status, socket, rest } = await upgrade(port, { 'Sec-WebSocket-Protocol': 'mqtt' })
  if (status !== 101) throw new Error(`the upgrade was answered with ${status}`)
  return new FrameSocket(socket, rest)
}

export class FrameSocket {
  /** Opcodes of the frames that came, in their order. */
  readonly opcodes: number[] = []
  readonly #socket: net.Socket
  readonly #messages: Buffer[] = []
  #unread: Buffer
  #ended = false
  #wake: (() => void)[] = []

  constructor(socket: net.Socket, rest: Buffer) {
    this.#socket = socket
    this.#unread = rest
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#ended = true
      this.#notify()
    })
    this.#receive(Buffer.alloc(0))
  }

  send(opcode: number, payload: Buffer, options: { final?: boolean } = {}): void {
    this.write(this.frame(opcode, payload, options))
  }

  /** A masked frame, as clients send them. */
  frame(opcode: number, payload: Buffer, { final = true } = {}): Buffer {
    const mask = randomBytes(4)
    const length = payload.length
    const size =
      length < 126 ? [0x80 | length] : length < 65_536 ? [0xfe, length >> 8, length & 0xff] : longSize(length)
    const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))
    return Buffer.concat([Buffer.of((final ? 0x80 : 0) | opcode, ...size), mask, masked])
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** The data of the next data frame. */
  async message(): Promise<Buffer> {
    await this.#until(() => this.#messages.length > 0, 'a frame')
    return this.#messages.shift() ?? Buffer.alloc(0)
  }

  /** The next bytes of the stream that data frames carry. */
  async bytes(count: number): Promise<Buffer> {
    let collected = Buffer.alloc(0)
    while (collected.length < count) collected = Buffer.concat([collected, await this.message()])
    return collected
  }

  /** The broker ended the connection; what it sent before and nobody read. Answers a close frame by ending, too. */
  async ended(): Promise<Buffer[]> {
    await this.#until(() => this.#ended || this.opcodes.includes(8), 'the end')
    this.#socket.end()
    return this.#messages
  }

  drop(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    for (;;) {
      const head = frameHead(this.#unread)
      if (!head || this.#unread.length < head.start + head.length) break
      const payload = this.#unread.subarray(head.start, head.start + head.length)
      this.#unread = this.#unread.subarray(head.start + head.length)
      this.opcodes.push(head.opcode)
      if (head.opcode < 8) this.#messages.push(payload)
    }
    this.#notify()
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    let expired = false
    const timer = setTimeout(() => {
      expired = true
      this.#notify()
    }, answerTimeoutMs)
    try {
      while (!done()) {
        if (this.#ended) throw new Error(`the connection ended before ${what} came`)
        if (expired) throw new Error(`${what} did not come`)
        await new Promise<void>((resolve) => this.#wake.push(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }
}

function frameHead(bytes: Buffer): { opcode: number; start: number; length: number } | null {
  const [first = 0, second = 0] = bytes
  if (bytes.length < 2) return null
  if (second > 127) throw new Error('the broker sent a masked frame')
  if (second < 126) return { opcode: first & 15, start: 2, length: second }
  const start = second === 126 ? 4 : 10
  if (bytes.length < start) return null
  const length = second === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return { opcode: first & 15, start, length }
}

function longSize(length: number): number[] {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return [0xff, ...bytes]
}
