import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

export type SecretKind =
  | 'device credential'
  | 'api key'
  | 'application'
  | 'mqtt token'
  | 'invitation'
  | 'account link'

/** How the secrets of each kind begin. */
export const secretPrefixes: Record<SecretKind, string> = {
  'device credential': 'hg_dev_',
  'api key': 'hg_key_',
  application: 'hg_app_',
  'mqtt token': 'hg_tok_',
  invitation: 'hg_inv_',
  'account link': 'hg_lnk_',
}

/** An HMAC-SHA256 that is stored in place of a secret, and which of the keys it was made with. */
export interface SecretHash {
  hash: Buffer<ArrayBuffer>
  /** Names the key without telling it. */
  keyId: string
}

/**
 * Makes secrets of 256 random bits, and hashes them with a key for each kind, derived from AUTH_SECRET. What was hashed or
 * signed with an earlier AUTH_SECRET is still recognized.
 */
export class Secrets {
  readonly authSecret: string
  readonly earlierAuthSecrets: readonly string[]
  private readonly keyRings: readonly [KeyRing, ...KeyRing[]]

  constructor(authSecret: string, ...earlierAuthSecrets: string[]) {
    this.authSecret = authSecret
    this.earlierAuthSecrets = earlierAuthSecrets
    this.keyRings = [new KeyRing(authSecret), ...earlierAuthSecrets.map((secret) => new KeyRing(secret))]
  }

  /** Names the current AUTH_SECRET without telling it. */
  get keyId(): string {
    return this.keyRings[0].id
  }

  /** The current AUTH_SECRET first, each with a number of its own, which stays the same and does not tell it. */
  get numberedAuthSecrets(): { version: number; value: string }[] {
    const values = [...new Set([this.authSecret, ...this.earlierAuthSecrets])]
    return values.map((value) => ({ version: Number.parseInt(new KeyRing(value).id.slice(0, 8), 16), value }))
  }

  /** Makes a secret. Its prefix names its kind, so that scanners find leaked ones. */
  make(kind: SecretKind): string {
    return secretPrefixes[kind] + randomBytes(32).toString('base64url')
  }

  /** What is stored in place of a secret. It need not be slow: 256 random bits cannot be guessed. */
  hash(kind: SecretKind, secret: string | Buffer): SecretHash {
    return this.keyRings[0].hash(kind, secret)
  }

  /** What may be stored in place of a secret: the hash with the current key first, then those with earlier ones. */
  hashes(kind: SecretKind, secret: string | Buffer): readonly [SecretHash, ...SecretHash[]] {
    const [current, ...earlier] = this.keyRings
    return [current.hash(kind, secret), ...earlier.map((keys) => keys.hash(kind, secret))]
  }

  /** Signs what the cookie of a known browser says, by HMAC-SHA256. */
  signKnownBrowser(text: string): Buffer {
    return this.keyRings[0].signKnownBrowser(text)
  }

  /** Whether a known browser's cookie was signed here, in constant time. */
  isKnownBrowserSignature(signature: Uint8Array, text: string): boolean {
    return this.keyRings.some((keys) => this.matches(signature, keys.signKnownBrowser(text)))
  }

  /** Encrypts a text that has secrets and has to be read again, so that the database alone does not tell it. */
  seal(text: string): Buffer<ArrayBuffer> {
    return this.keyRings[0].seal(text)
  }

  /** What was sealed, also with an earlier AUTH_SECRET; null when it was not sealed here. */
  unseal(sealed: Uint8Array): string | null {
    for (const keys of this.keyRings) {
      const text = keys.unseal(sealed)
      if (text !== null) return text
    }
    return null
  }

  /** Compares two hashes in constant time. */
  matches(stored: Uint8Array, hash: Uint8Array): boolean {
    return stored.length === hash.length && timingSafeEqual(stored, hash)
  }

  /** Whether a text looks like a secret of this kind. */
  looksLike(kind: SecretKind, text: string): boolean {
    return text.startsWith(secretPrefixes[kind])
  }
}

const nonceBytes = 12
const tagBytes = 16

/** The keys that are derived from one AUTH_SECRET, by HKDF (RFC 5869). */
class KeyRing {
  readonly id: string
  private readonly keys: Record<SecretKind, Buffer>
  private readonly browserKey: Buffer
  private readonly sealKey: Buffer

  constructor(authSecret: string) {
    const deriveFor = (use: string) => Buffer.from(hkdfSync('sha256', authSecret, 'heliograph', use, 32))
    const derive = (kind: SecretKind) => deriveFor(`${kind} hash`)
    this.browserKey = deriveFor('known browser signature')
    this.sealKey = deriveFor('sealed text')
    this.keys = {
      'device credential': derive('device credential'),
      'api key': derive('api key'),
      application: derive('application'),
      'mqtt token': derive('mqtt token'),
      invitation: derive('invitation'),
      'account link': derive('account link'),
    }
    this.id = deriveFor('key id').toString('hex', 0, 8)
  }

  hash(kind: SecretKind, secret: string | Buffer): SecretHash {
    const hash = createHmac('sha256', this.keys[kind]).update(secret).digest() as Buffer<ArrayBuffer>
    return { hash, keyId: this.id }
  }

  signKnownBrowser(text: string): Buffer {
    return createHmac('sha256', this.browserKey).update(text).digest()
  }

  /** AES-256-GCM (NIST SP 800-38D): the nonce, the tag, then the text. */
  seal(text: string): Buffer<ArrayBuffer> {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.sealKey, nonce)
    const encrypted = [cipher.update(text, 'utf8'), cipher.final()]
    return Buffer.concat([nonce, cipher.getAuthTag(), ...encrypted])
  }

  unseal(sealed: Uint8Array): string | null {
    try {
      const nonce = sealed.subarray(0, nonceBytes)
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes)
      const decipher = createDecipheriv('aes-256-gcm', this.sealKey, nonce, { authTagLength: tagBytes })
      decipher.setAuthTag(tag)
      const encrypted = sealed.subarray(nonceBytes + tagBytes)
      return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }
}
