import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

export type SecretKind = 'device credential' | 'api key' | 'mqtt token' | 'invitation'

const prefixes: Record<SecretKind, string> = {
  'device credential': 'hg_dev_',
  'api key': 'hg_key_',
  'mqtt token': 'hg_tok_',
  invitation: 'hg_inv_',
}

/** Makes secrets of 256 random bits, and hashes them with a key for each kind, derived from AUTH_SECRET. */
export class Secrets {
  private readonly keys: Record<SecretKind, Buffer>
  private readonly browserKey: Buffer

  constructor(readonly authSecret: string) {
    const deriveFor = (use: string) => Buffer.from(hkdfSync('sha256', authSecret, 'heliograph', use, 32))
    const derive = (kind: SecretKind) => deriveFor(`${kind} hash`)
    this.browserKey = deriveFor('known browser signature')
    this.keys = {
      'device credential': derive('device credential'),
      'api key': derive('api key'),
      'mqtt token': derive('mqtt token'),
      invitation: derive('invitation'),
    }
  }

  /** Makes a secret. Its prefix names its kind, so that scanners find leaked ones. */
  make(kind: SecretKind): string {
    return prefixes[kind] + randomBytes(32).toString('base64url')
  }

  /** The HMAC-SHA256 that is stored in place of a secret. It need not be slow: 256 random bits cannot be guessed. */
  hash(kind: SecretKind, secret: string | Buffer): Buffer<ArrayBuffer> {
    return createHmac('sha256', this.keys[kind]).update(secret).digest() as Buffer<ArrayBuffer>
  }

  /** Signs what the cookie of a known browser says, by HMAC-SHA256. */
  signKnownBrowser(text: string): Buffer {
    return createHmac('sha256', this.browserKey).update(text).digest()
  }

  /** Compares two hashes in constant time. */
  matches(stored: Uint8Array, hash: Uint8Array): boolean {
    return stored.length === hash.length && timingSafeEqual(stored, hash)
  }

  /** Whether a text looks like a secret of this kind. */
  looksLike(kind: SecretKind, text: string): boolean {
    return text.startsWith(prefixes[kind])
  }
}
