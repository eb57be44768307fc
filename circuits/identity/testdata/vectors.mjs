// Makes vectors.json: node vectors.mjs > vectors.json
//
// Every formula of the package, written from its specification; nothing is shared with the Go implementation.
import { P, bytes, digest, draw, hash, inverse, mod, text } from '../../field/testdata/poseidon2.mjs'
import { G, ORDER, add, challenge, clamp, encode, key, nonce, same, sign, times } from './babyjubjub.mjs'

const hex = (...parts) => Buffer.concat(parts).toString('hex')
const secretOf = ({ a, prefix }) => hex(bytes(a), prefix)
const names = ['first', 'second', 'third']
const keys = names.map((name) => key(`${name} key`))

const subject = ({ A }, name, custody) => {
  const secret = draw(`${name} subject`)
  const salt = draw(`${name} subject's salt`)
  const identity = hash('identity', secret)
  const handle = hash('subject', ...A, identity, custody, salt)
  const place = digest('place', `vault of ${name}`)
  return { handle, json: {
    key: hex(encode(A)), secret: text(secret), identity: text(identity), custody: Number(custody), salt: text(salt),
    handle: text(handle), place: `vault of ${name}`, binding: text(hash('binding', handle, custody, place)),
  } }
}
const subjects = [subject(keys[0], 'first', 0n), subject(keys[1], 'second', 1n)]

const provider = (organisation, roles, until) => {
  const secret = draw(`provider of ${organisation}`)
  const identity = hash('provider-identity', secret)
  const org = digest('organisation', organisation)
  const leaf = hash('provider', identity, org, BigInt(roles), BigInt(until))
  return { secret, org, leaf, json: {
    secret: text(secret), organisation, roles, until, identity: text(identity), organisationElement: text(org), leaf: text(leaf),
  } }
}
const providers = [provider('Hôpital cantonal', 3, 1900000000), provider('', 65535, 2 ** 40 - 1)]

const issuer = ({ A }, role, until) =>
  ({ key: hex(encode(A)), role, until, leaf: text(hash('issuer', ...A, BigInt(role), BigInt(until))) })

const signer = [undefined, 0, 2, 1, 1, 1]
const grant = (name, handle, grantee, [scope, purpose, from, until, basis, index]) => {
  const [terms, salt, view] = ['terms', 'salt', 'view'].map((what) => draw(`${what} of ${name}`))
  const first = hash('grant', handle, grantee, ...[scope, purpose, from, until, basis].map(BigInt))
  const viewHash = hash('view', view)
  const leaf = hash('grant-terms', first, BigInt(signer[basis]), terms, BigInt(index), salt, viewHash)
  return { view, leaf, json: {
    subject: text(handle), grantee: text(grantee), scope, purpose, from, until, basis, role: signer[basis], terms: text(terms),
    index, salt: text(salt), view: text(view), viewHash: text(viewHash), leaf: text(leaf),
    withdrawal: text(hash('withdrawal', leaf, BigInt(until))),
  } }
}
const grants = [1, 2, 3, 4, 5].map((basis) => grant(`grant ${basis}`, subjects[basis % 2].handle, providers[basis % 2].org,
  [basis === 5 ? 65535 : 5, basis === 5 ? 255 : 1, 1700000000 * (basis % 2), basis === 5 ? 2 ** 40 - 1 : 1900000000, basis,
    basis === 5 ? 2 ** 28 - 1 : basis]))

const request = (service, scope, purpose, basis, custody, time, epoch, k) => {
  const fields = [[service, 64n], [scope, 16n], [purpose, 8n], [basis, 4n], [custody, 4n], [time, 40n], [epoch, 32n], [k, 16n]]
  const packed = fields.reduce((sum, [value, bits]) => sum << bits | BigInt(value), 0n)
  return { service: String(service), scope, purpose, basis, custody, time, epoch, k, packed: text(packed) }
}

const signature = (who, message) => {
  const { R, S } = sign(keys[who], message)
  return { key: secretOf(keys[who]), message: text(message), signature: hex(encode(R), bytes(S)),
    challenge: challenge(R, keys[who].A, message).toString(16) }
}

const escrow = (name, auditor, { secret, org, leaf }, view) => {
  const ch = draw(`challenge of ${name}`)
  const t = clamp(hash('escrow', secret, ch))
  const [R, X] = [times(G, t), times(auditor.A, t)]
  const person = mod(leaf + hash('escrow-person', ...X, ch))
  const organisation = mod(org + hash('mask', view, ch))
  const statement = hash('opening', ...auditor.A, ...R, ...X, hash('opening-context', ch, person))
  const w = nonce(auditor, 'opening-nonce', statement)
  const e = hash('opening-challenge', statement, ...times(G, w), ...times(R, w))
  const s = mod(w + e * auditor.a, ORDER)
  const minus = mod(-e, ORDER)
  const [T1, T2] = [add(times(G, s), times(auditor.A, minus)), add(times(R, s), times(X, minus))]
  const again = hash('opening-challenge', statement, ...T1, ...T2)
  if (!same(times(R, auditor.a), X) || again !== e) throw new Error('an opening does not verify')
  return {
    secret: text(secret), challenge: text(ch), auditor: secretOf(auditor), auditorDigest: text(hash('auditor', ...auditor.A)),
    provider: text(leaf), organisation: text(org), view: text(view), t: t.toString(16),
    escrow: hex(encode(R), bytes(person), bytes(organisation)), digest: text(hash('escrow-digest', ...R, person, organisation)),
    opening: hex(encode(X), bytes(e), bytes(s)),
  }
}

const attestation = (i, from, until, values) => {
  const { A } = keys[i]
  const [identity, schema, keyDigest] = [draw(`attested ${i}`), digest('schema', `schema ${i}`), hash('key', ...A)]
  const slots = Array.from({ length: 16 }, (_, j) => values[j] === undefined ? 0n : 2n ** 24n + BigInt(values[j]))
  const half = (first) => slots.slice(first, first + 8).reduceRight((sum, slot) => sum << 25n | slot, 0n)
  const scope = draw(`scope ${i}`)
  return { key: hex(encode(A)), keyDigest: text(keyDigest), identity: text(identity), schema: `schema ${i}`, from, until,
    values: slots.map(Number), scope: text(scope), tag: text(hash('tag', identity, scope)),
    message: text(hash('attestation', identity, keyDigest, schema, BigInt(from) << 40n | BigInt(until), half(0), half(8))) }
}

process.stdout.write(JSON.stringify({
  keys: keys.map((k) => ({ secret: secretOf(k), public: hex(encode(k.A)),
    preimage: hex(encode(times(k.A, inverse(8n, ORDER)))) })),
  clamps: [0n, 1n, 2n ** 249n - 1n, 2n ** 249n, P - 1n, draw('clamp')]
    .map((e) => ({ e: text(e), scalar: clamp(e).toString(16) })),
  signatures: [signature(0, 0n), signature(1, P - 1n), signature(0, grants[0].leaf)],
  subjects: subjects.map((s) => s.json),
  providers: providers.map((p) => p.json),
  issuers: [1, 2, 3].map((role) => issuer(keys[role - 1], role, 1900000000 * role)),
  grants: grants.map((g) => g.json),
  requests: [
    request(1n, 5, 1, 1, 0, 1800000000, 20000, 8), request(2n ** 64n - 1n, 65535, 255, 5, 1, 2 ** 40 - 1, 2 ** 32 - 1, 65535),
    request(0n, 0, 0, 1, 0, 0, 0, 0),
  ],
  tags: subjects.map(({ handle }, i) => ({ handle: text(handle), challenge: text(draw(`tag ${i}`)),
    tag: text(hash('subject-tag', handle, draw(`tag ${i}`))) })),
  pseudonyms: [[1n, 20000, 0], [1n, 20000, 1], [2n ** 64n - 1n, 2 ** 32 - 1, 65535]].map(([service, epoch, i]) => ({
    secret: text(providers[0].secret), service: String(service), epoch, i,
    pseudonym: text(hash('pseudonym', providers[0].secret, service, BigInt(epoch), BigInt(i))) })),
  attestations: [
    attestation(0, 1700000000, 1900000000, [54, , 0, 7200]), attestation(1, 0, 0, []),
    attestation(2, 2 ** 40 - 1, 2 ** 40 - 1, Array(16).fill(2 ** 24 - 1)),
  ],
  escrows: [escrow('first', keys[2], providers[0], grants[0].view), escrow('second', keys[1], providers[1], grants[4].view)],
}, null, 1) + '\n')
