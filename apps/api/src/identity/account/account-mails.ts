import { type Mail, momentInMail } from '../../foundation/mail/mail.js'

/** The mail to the address that an account is to have. */
export function confirmEmailMail(
  to: string,
  { name, email }: { name: string; email: string },
  url: string,
  expiresAt: Date,
): Mail {
  return {
    to,
    subject: 'Confirm your e-mail address for Heliograph',
    text: [
      'Hello,',
      '',
      `${name} (${email}) wants this address for their account. If that is you, confirm it until ${momentInMail(expiresAt)}:`,
      '',
      url,
      '',
      'If it is not you, do nothing.',
      '',
    ].join('\n'),
  }
}

/** The mail to the address that an account had. */
export function emailWasChangedMail(
  { name, email }: { name: string; email: string },
  newEmail: string,
): Mail {
  return {
    to: email,
    subject: 'Your e-mail address for Heliograph was changed',
    text: [
      `Hello ${name},`,
      '',
      `your account has the address ${newEmail} from now on. This one is not used for it any more.`,
      '',
      'If it was not you, tell whoever runs the platform at once.',
      '',
    ].join('\n'),
  }
}
