// Makes canonical.json: node canonical.mjs > canonical.json
//
// The canonical encodings of docs/format.md, by an encoder that shares nothing with the Go one: deterministic CBOR
// (RFC 8949, section 4.2.1) of arrays, text, byte strings and integers, shortest form, definite lengths.
const head = (major, n) => {
  const b = BigInt(n)
  if (b < 24n) return Buffer.of((major << 5) | Number(b))
  for (const [info, size] of [[24, 1], [25, 2], [26, 4], [27, 8]]) {
    if (b < 1n << BigInt(8 * size)) {
      const out = Buffer.alloc(1 + size, 0)
      out[0] = (major << 5) | info
      for (let i = 0; i < size; i++) out[size - i] = Number((b >> BigInt(8 * i)) & 255n)
      return out
    }
  }
}

const encode = (v) => {
  if (typeof v === 'string') return Buffer.concat([head(3, Buffer.byteLength(v)), Buffer.from(v)])
  if (Buffer.isBuffer(v)) return Buffer.concat([head(2, v.length), v])
  if (v === null) return Buffer.of(0xf6)
  if (Array.isArray(v)) return Buffer.concat([head(4, v.length), ...v.map(encode)])
  return v < 0 ? head(1, -1 - v) : head(0, v)
}

const patient = '00112233445566778899aabbccddeeff'
const compartment = 'ffeeddccbbaa99887766554433221100'
const record = '01890a5d-ac96-774b-bcce-b302099a8057'
const erasure = '01890a5d-ac96-774b-bcce-b302099a8059'
const salt = Buffer.alloc(32, 9)
const digest = Buffer.alloc(32, 7)
const vectors = {
  objectContext: [1, 'main', patient, 'care', 'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf', 1],
  recordContext: [1, 'main', patient, 'billing', 'record:01890a5d-ac96-774b-bcce-b302099a8057', 1],
  kekContext: ['lethe/kek/v1', 'main', patient, 'identity', compartment],
  description: ['Observation', digest, 1775044800, salt, 'a0a1a2a3a4a5a6a7a8a9aaabacadaeaf', 4096, 517],
  disclosure: [1775044800, 'local custodian', 'PATADMIN', record, salt, '', null],
  'record-stored': [1, record, 'Observation', digest, 517, 1775044800],
  'disclosure-entry': [1, '01890a5d-ac96-774b-bcce-b302099a8058', 1775044800, 'local custodian', 'PATADMIN', record, '', Buffer.alloc(0)],
  'erasure-requested': [1, erasure, '17.1.b', 1775044800, 'privacy desk'],
  'erasure-decided': [1, erasure, 1775044801, 'officer', 'records', 2, '17.3.b', 'tax code', 2114380800],
  'erasure-executed': [1, erasure, 1775044802, 3, digest],
  'restore-denied': [1, 1775044800, ['A. Person', 'B. Person']],
}
const out = {}
for (const [name, value] of Object.entries(vectors)) out[name] = encode(value).toString('hex')
console.log(JSON.stringify(out, null, 2))
