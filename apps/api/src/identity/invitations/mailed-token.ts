import { Injectable } from '@nestjs/common'
import { Secrets } from '../../foundation/secrets/secrets.js'

/**
 * The token of an invitation as the mail to its address has it: with a proof that the one who made the invitation, and has
 * its link too, cannot make. Whoever has it reads mail for the address.
 */
@Injectable()
export class MailedTokens {
  constructor(private readonly secrets: Secrets) {}

  make(token: string): string {
    return `${token}.${this.secrets.hash('invitation', proven(token)).hash.toString('base64url')}`
  }

  /** The token itself, and whether it came by mail. A wrong proof is none. */
  read(text: string): { token: string; byMail: boolean } {
    const [token = '', proof] = text.split('.', 2)
    if (proof === undefined) return { token, byMail: false }
    const given = Buffer.from(proof, 'base64url')
    const expected = this.secrets.hashes('invitation', proven(token))
    return { token, byMail: expected.some(({ hash }) => this.secrets.matches(hash, given)) }
  }
}

/** No token of an invitation begins like this, so that a proof is the hash of none. */
function proven(token: string): string {
  return `mailed ${token}`
}
