// Makes vectors.json: node vectors.mjs > vectors.json
//
// An implementation of C2SP chunked-encryption, instantiation Cobblestone-256, that shares nothing with the Go one: node:crypto
// for AES-256-GCM, HMAC and SHA, and HKDF-Expand written out from RFC 5869.
import { createCipheriv, createHash, createHmac } from 'node:crypto'

const CHUNK = 16384
const INFO = 'c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM'

const sha256 = (...parts) => {
  const h = createHash('sha256')
  for (const p of parts) h.update(p)
  return h.digest()
}

function hkdfExpandSHA512(prk, info, length) {
  const blocks = []
  let t = Buffer.alloc(0)
  for (let i = 1; blocks.length * 64 < length; i++) {
    t = createHmac('sha512', prk).update(t).update(info).update(Buffer.of(i)).digest()
    blocks.push(t)
  }
  return Buffer.concat(blocks).subarray(0, length)
}

function nonceOf(base, chunk) {
  const nonce = Buffer.from(base)
  const low = nonce.readBigUInt64BE(4) ^ BigInt(chunk)
  nonce.writeBigUInt64BE(low, 4)
  return nonce
}

function encrypt(inputKey, salt, context, plaintext) {
  const info = Buffer.concat([Buffer.from(INFO, 'ascii'), Buffer.of(0), salt, context])
  const out = hkdfExpandSHA512(inputKey, info, 32 + 12 + 32)
  const [key, base, commitment] = [out.subarray(0, 32), out.subarray(32, 44), out.subarray(44)]
  const parts = [salt, commitment]
  const last = Math.floor(plaintext.length / CHUNK)
  for (let i = 0; i <= last; i++) {
    const c = createCipheriv('aes-256-gcm', key, nonceOf(base, i))
    parts.push(c.update(plaintext.subarray(i * CHUNK, (i + 1) * CHUNK)), c.final(), c.getAuthTag())
  }
  return Buffer.concat(parts)
}

// Block i of a plaintext is SHA-256(seed || i as 4 bytes, big endian); the last is cut.
function plaintextOf(seed, size) {
  const blocks = []
  for (let i = 0; i * 32 < size; i++) {
    const n = Buffer.alloc(4)
    n.writeUInt32BE(i)
    blocks.push(sha256(seed, n))
  }
  return Buffer.concat(blocks).subarray(0, size)
}

const sizes = [
  ['empty', 0], ['one byte', 1], ['one chunk less one', CHUNK - 1], ['one chunk', CHUNK],
  ['one chunk and one', CHUNK + 1], ['five chunks', 5 * CHUNK], ['five chunks and a half', 5.5 * CHUNK],
  ['two hundred chunks and five', 200 * CHUNK + 5],
]
const contexts = [
  ['no context', Buffer.alloc(0)],
  ['text context', Buffer.from('lethe/example/care/object 1')],
  ['binary context', Buffer.concat([Buffer.of(0, 255, 254, 128, 0), sha256('context'), Buffer.alloc(300, 7)])],
]

const vectors = []
for (const [sizeName, size] of sizes) {
  for (const [contextName, context] of contexts) {
    const name = `${sizeName}, ${contextName}`
    const key = sha256('key: ', name)
    const salt = sha256('salt: ', name).subarray(0, 24)
    const seed = `plaintext: ${name}`
    const ciphertext = encrypt(key, salt, context, plaintextOf(seed, size))
    vectors.push({
      name, size, seed,
      key: key.toString('hex'), salt: salt.toString('hex'), context: context.toString('hex'),
      sha256: sha256(ciphertext).toString('hex'),
      ...(ciphertext.length <= 128 && { ciphertext: ciphertext.toString('hex') }),
    })
  }
}
console.log(JSON.stringify(vectors, null, 1))
