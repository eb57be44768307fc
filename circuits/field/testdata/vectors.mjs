// Makes vectors.json: node vectors.mjs > vectors.json
//
// Permutations, nodes, hashes and digests by poseidon2.mjs, which shares nothing with the Go implementation.
import { P, digest, draw, hash, node, permute4, permute8, text } from './poseidon2.mjs'

const count = (n, from = 0n) => Array.from({ length: n }, (_, i) => from + BigInt(i))
const drawn = (n, name) => Array.from({ length: n }, (_, i) => draw(`${name} ${i}`))
const edges = (n) => [Array(n).fill(0n), count(n), Array(n).fill(P - 1n), count(n, P - BigInt(n))]

const inputs = (n) => [...edges(n), drawn(n, `first of ${n}`), drawn(n, `second of ${n}`)]
const tags = ['', 'x', 'grant', 'grant-terms', 'thirty-one bytes of one tag end']
const data = [Buffer.alloc(0), Buffer.from('Hôpital'), Buffer.alloc(64, 255), Buffer.alloc(1000, 'lethe')]

process.stdout.write(JSON.stringify({
  permutations: [...inputs(4).map((input) => [input, permute4(input)]), ...inputs(8).map((input) => [input, permute8(input)])]
    .map(([input, output]) => ({ input: input.map(text), output: output.map(text) })),
  nodes: inputs(4).map((children) => ({ children: children.map(text), node: text(node(children)) })),
  hashes: tags.flatMap((tag) => [...Array(8).keys()].map((n) => drawn(n, tag))
    .map((input) => ({ tag, input: input.map(text), hash: text(hash(tag, ...input)) }))),
  digests: ['organisation', 'place', ''].flatMap((domain) =>
    data.map((d) => ({ domain, data: d.toString('hex'), digest: text(digest(domain, d)) }))),
}, null, 1) + '\n')
