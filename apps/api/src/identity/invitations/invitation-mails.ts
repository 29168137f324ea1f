import { type Mail, momentInMail } from '../../foundation/mail/mail.js'

interface Invited {
  email: string
  organization: string
  role: string
  /** The name of the person or the key that invites. */
  by: string
  expiresAt: Date
}

/** The mail with the link of an invitation. */
export function invitationMail({ email, organization, role, by, expiresAt }: Invited, url: string): Mail {
  return {
    to: email,
    subject: `Invitation to ${organization} on Heliograph`,
    text: [
      'Hello,',
      '',
      `${by} invites you to ${organization} on Heliograph, as ${role}. Join here, until ${momentInMail(expiresAt)}:`,
      '',
      url,
      '',
      'If you do not know what this is about, do nothing.',
      '',
    ].join('\n'),
  }
}

/** The mail with the link that makes an account, to whoever gave this address to join. */
export function newAccountMail(email: string, organization: string, url: string, expiresAt: Date): Mail {
  return {
    to: email,
    subject: `Confirm your e-mail address to join ${organization}`,
    text: [
      'Hello,',
      '',
      `somebody, probably you, wants to join ${organization} on Heliograph with a new account for this address.`,
      `Make the account here, until ${momentInMail(expiresAt)}:`,
      '',
      url,
      '',
      'If you have an account with this address already, open the link of the invitation once more and sign in.',
      'If it was not you, do nothing.',
      '',
    ].join('\n'),
  }
}
