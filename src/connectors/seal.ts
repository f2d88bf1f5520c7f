// Third-party secrets that we have to store and use: encrypted with a key that is not in the database.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

export interface Seal {
  /** Encrypts a text: the result differs each time. */
  close(text: string): string
  /** @throws if it was encrypted with another key, or changed */
  open(sealed: string): string
}

// AES-256-GCM with a random nonce of 96 bits, as of NIST SP 800-38D.
const [nonceBytes, tagBytes] = [12, 16]

/**
 * A separate key for each purpose, so that leaking one doesn't expose another.
 * @param key any text with enough entropy
 */
export const deriveKey = (key: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `rolobot: ${purpose}`, 32))

/** Creates a seal. @param key any text with enough entropy */
export function openSeal(key: string): Seal {
  const secret = deriveKey(key, 'tokens of connectors')
  return {
    close(text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', secret, nonce)
      const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), hidden]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, nonceBytes))
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}
