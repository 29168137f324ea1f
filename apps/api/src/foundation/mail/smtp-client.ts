import { createTransport, type Transporter } from 'nodemailer'
import type { MailConfig } from '../config/mail-config.js'
import type { Mail } from './mail.js'

/** The mail server refused a mail for good (RFC 5321, section 4.2.1: a reply of 5yz). */
export class RefusedMailError extends Error {
  override readonly name = 'RefusedMailError'
}

interface Options {
  connections: number
  silenceMs: number
}

/** Hands mails to the mail server of SMTP_URL. */
export class SmtpClient {
  private readonly transport: Transporter

  constructor(
    private readonly config: MailConfig,
    { connections, silenceMs }: Options,
  ) {
    const { host, port, tls, credentials } = config.server
    this.transport = createTransport({
      host,
      port,
      secure: tls === 'from-the-start',
      requireTLS: tls === 'required',
      ...(credentials === null ? {} : { auth: { user: credentials.user, pass: credentials.password } }),
      pool: true,
      maxConnections: connections,
      connectionTimeout: silenceMs,
      greetingTimeout: silenceMs,
      socketTimeout: silenceMs,
      // A text is never read as the name of a file or as an address to load.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  /** Resolves once the server has taken the mail. Throws a RefusedMailError when it never will. */
  async send({ to, subject, text }: Mail): Promise<void> {
    try {
      await this.transport.sendMail({
        from: this.config.from,
        to: { name: '', address: to },
        subject,
        text,
        // Whoever is on holiday does not answer a program (RFC 3834, section 5).
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (error) {
      const reason = describe(error)
      if (refusesRecipient(error)) throw new RefusedMailError(reason)
      throw new Error(reason)
    }
  }

  close(): void {
    this.transport.close()
  }
}

/**
 * Whether the recipient or the text is refused for good. That of the sender, of credentials or of TLS is a matter of the
 * configuration, which somebody mends.
 */
function refusesRecipient(error: unknown): boolean {
  const { responseCode = 0, command = '' } = error as { responseCode?: number; command?: string }
  return responseCode >= 500 && ['RCPT TO', 'DATA'].includes(command)
}

/** Codes alone: a reply of the server may repeat the recipient, and an error of the client the user. */
function describe(error: unknown): string {
  const { responseCode, code, command } = error as { responseCode?: number; code?: string; command?: string }
  const parts = [code, responseCode === undefined ? undefined : `reply ${responseCode}`, command]
  return parts.filter((part) => part !== undefined).join(', ') || 'unknown failure'
}
