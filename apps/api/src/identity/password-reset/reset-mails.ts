import { type Mail, momentInMail } from '../../foundation/mail/mail.js'

interface Person {
  name: string
  email: string
}

/** The mail with the link for a new password. */
export function resetMail({ name, email }: Person, url: string, expiresAt: Date): Mail {
  return {
    to: email,
    subject: 'A new password for Heliograph',
    text: [
      `Hello ${name},`,
      '',
      'somebody, probably you, asked for a new password for this account.',
      `Set it here, until ${momentInMail(expiresAt)}:`,
      '',
      url,
      '',
      'If it was not you, do nothing: your password stays as it is.',
      '',
    ].join('\n'),
  }
}

/** The mail that tells of a new password. */
export function passwordWasResetMail({ name, email }: Person): Mail {
  return {
    to: email,
    subject: 'Your password for Heliograph was changed',
    text: [
      `Hello ${name},`,
      '',
      'a new password was set for this account by a link, and all earlier sessions were ended.',
      '',
      'If it was not you, ask for a link for a new password at once, and tell whoever runs the platform.',
      '',
    ].join('\n'),
  }
}
