// Makes vectors.json: node vectors.mjs > vectors.json
//
// Entries, an RFC 6962 tree, a checkpoint (C2SP signed-note, tlog-checkpoint) and inclusion proofs (C2SP tlog-proof), written from
// the specifications with node:crypto alone: nothing is shared with the Go implementation.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'

const sha256 = (...parts) => {
  const h = createHash('sha256')
  for (const p of parts) h.update(p)
  return h.digest()
}

const origin = 'log.example/vectors'
const seed = sha256('seed of the log')
const types = ['record-stored', 'disclosure', 'erasure-requested', 'erasure-decided', 'erasure-executed', 'restore-denied']
const SIZE = 21

// An Ed25519 seed as PKCS #8 (RFC 8410), which is how node takes it.
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8',
})
const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
const typedKey = Buffer.concat([Buffer.of(1), publicKey])
const keyID = sha256(origin, '\n', typedKey).subarray(0, 4)
const vkey = `${origin}+${keyID.toString('hex')}+${typedKey.toString('base64')}`

const openings = [...Array(SIZE).keys()].map((i) => {
  const type = types[i % types.length]
  const salt = sha256(`salt ${i}`)
  const payload = Buffer.alloc(i * 3, i)
  const entry = sha256(`lethe/v1/${type}`, Buffer.of(0), salt, payload)
  return { type, salt, payload, entry }
})

const leaf = (entry) => sha256(Buffer.of(0), entry)
const node = (left, right) => sha256(Buffer.of(1), left, right)
const split = (n) => 2 ** (Math.ceil(Math.log2(n)) - 1) // the largest power of two below n

function root(entries) {
  if (entries.length === 0) return sha256()
  if (entries.length === 1) return leaf(entries[0])
  const k = split(entries.length)
  return node(root(entries.slice(0, k)), root(entries.slice(k)))
}

function path(index, entries) {
  if (entries.length === 1) return []
  const k = split(entries.length)
  return index < k
    ? [...path(index, entries.slice(0, k)), root(entries.slice(k))]
    : [...path(index - k, entries.slice(k)), root(entries.slice(0, k))]
}

function subproof(m, entries, whole) {
  if (m === entries.length) return whole ? [] : [root(entries)]
  const k = split(entries.length)
  return m <= k
    ? [...subproof(m, entries.slice(0, k), whole), root(entries.slice(k))]
    : [...subproof(m - k, entries.slice(k), false), root(entries.slice(0, k))]
}

function checkpoint(entries) {
  const text = `${origin}\n${entries.length}\n${root(entries).toString('base64')}\n`
  const signature = Buffer.concat([keyID, sign(null, Buffer.from(text), privateKey)])
  return `${text}\n— ${origin} ${signature.toString('base64')}\n`
}

const entries = openings.map((o) => o.entry)
const note = checkpoint(entries)
const lines = (hashes) => hashes.map((h) => h.toString('base64') + '\n').join('')

process.stdout.write(JSON.stringify({
  origin,
  seed: seed.toString('hex'),
  vkey,
  erasedKey: { name: 'transit-key-7', entry: sha256('lethe/erased-key/v1', Buffer.of(0), 'transit-key-7').toString('hex') },
  checkpoints: [...Array(SIZE + 1).keys()].map((n) => ({
    note: checkpoint(entries.slice(0, n)),
    consistency: n === 0 ? [] : subproof(n, entries, true).map((h) => h.toString('hex')),
  })),
  entries: openings.map((o, i) => ({
    type: o.type,
    salt: o.salt.toString('hex'),
    payload: o.payload.toString('hex'),
    entry: o.entry.toString('hex'),
    proof: `c2sp.org/tlog-proof@v1\nindex ${i}\n${lines(path(i, entries))}\n${note}`,
  })),
}, null, 1) + '\n')
