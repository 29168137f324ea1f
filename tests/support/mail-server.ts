import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { vi } from 'vitest'

export interface ReceivedMail {
  to: string[]
  from: string
  subject: string
  text: string
  /** The first address in the text. */
  link: string
}

/** A mail server on this machine that keeps what it takes. */
export interface MailServer {
  /** What SMTP_URL says. */
  url: string
  mails: ReceivedMail[]
  /** How often a client sent a user and a password. */
  signIns: number
  /** How it answers a recipient; null: it takes the mail. */
  refusal: { code: number; text: string } | null
  /** Waits for the mails to an address, and takes the first of them away. */
  next(to: string): Promise<ReceivedMail>
  close(): Promise<void>
}

/** Starts a mail server, which asks for these credentials when there are any. */
export async function startMailServer(
  credentials: { user: string; password: string } | null = null,
): Promise<MailServer> {
  const options: SMTPServerOptions = {
    authOptional: credentials === null,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) => {
      server.signIns += 1
      if (username === credentials?.user && password === credentials?.password) done(null, { user: username })
      else done(Object.assign(new Error('wrong credentials'), { responseCode: 535 }))
    },
    onRcptTo: (_address, _session, done) =>
      server.refusal === null
        ? done()
        : done(Object.assign(new Error(server.refusal.text), { responseCode: server.refusal.code })),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        server.mails.push(parse(to, Buffer.concat(chunks).toString('utf8')))
        done()
      })
    },
  }
  const smtp = new SMTPServer(options)
  const listening = smtp.listen(0, '127.0.0.1')
  await vi.waitFor(() => {
    if (!listening.listening) throw new Error('not listening yet')
  })
  const { port } = listening.address() as AddressInfo
  const user = credentials === null ? '' : `${credentials.user}:${encodeURIComponent(credentials.password)}@`
  const server: MailServer = {
    url: `smtp://${user}127.0.0.1:${port}`,
    mails: [],
    signIns: 0,
    refusal: null,
    next: (to) =>
      vi.waitFor(
        () => {
          const at = server.mails.findIndex((mail) => mail.to.includes(to))
          const [mail] = at === -1 ? [] : server.mails.splice(at, 1)
          if (mail === undefined) throw new Error(`no mail to ${to} yet`)
          return mail
        },
        { timeout: 30_000, interval: 20 },
      ),
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  }
  return server
}

/** A message of plain text (RFC 5322), as it is or in quoted-printable (RFC 2045, section 6.7). */
function parse(to: string[], message: string): ReceivedMail {
  const end = message.indexOf('\r\n\r\n')
  const head = message.slice(0, end).replace(/\r\n[ \t]+/g, ' ')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? ''
  const body = message.slice(end + 4)
  const text =
    header('Content-Transfer-Encoding') === 'quoted-printable'
      ? decodeURIComponent(
          body
            .replace(/=\r\n/g, '')
            .replace(/%/g, '%25')
            .replace(/=([0-9A-F]{2})/g, '%$1'),
        )
      : body
  return {
    to,
    from: header('From'),
    subject: header('Subject'),
    text,
    link: /https?:\/\/\S+/.exec(text)?.[0] ?? '',
  }
}
