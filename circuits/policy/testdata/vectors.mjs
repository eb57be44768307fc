// Makes vectors.json: node vectors.mjs > vectors.json
//
// The digest of policies, written from its specification; nothing is shared with the Go implementation.
import { digest, hash, text } from '../../field/testdata/poseidon2.mjs'

const literal = ({ attribute = 0, low = 0, high = 0, outside = false }, end) =>
  BigInt(low) + (BigInt(high) << 28n) + (BigInt(attribute) << 56n) + (outside ? 1n << 60n : 0n) + (end ? 1n << 61n : 0n)

const policy = (name, clauses) => {
  const [scope, schema] = [digest('scope', name), digest('schema', name)]
  const places = clauses.flatMap((c) => c.map((l, i) => literal(l, i === c.length - 1)))
  while (places.length < 44) places.push(0n)
  const elements = Array.from({ length: 11 }, (_, i) => places.slice(4 * i, 4 * i + 4).reduceRight((sum, l) => sum << 62n | l, 0n))
  const first = hash('policy', scope, schema, ...elements.slice(0, 5))
  return { name, clauses, digest: text(hash('policy-more', first, ...elements.slice(5))) }
}

const most = 2 ** 24 - 1
process.stdout.write(JSON.stringify([
  policy('one', [[{ attribute: 1, low: 18, high: 75 }]]),
  policy('several', [[{ low: 57, high: 64 }, { attribute: 15, high: 1, outside: true }], [{ attribute: 3 }], [{ attribute: 4, high: most }]]),
  policy('full', Array(11).fill(Array(4).fill({ attribute: 15, low: most, high: most, outside: true }))),
], null, 1) + '\n')
