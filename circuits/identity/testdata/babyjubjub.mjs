// Baby Jubjub (ERC-2494) as -x^2 + y^2 = 1 + d x^2 y^2 in affine coordinates, keys and signatures, from the formulas. Nothing is
// shared with the Go implementation.
import { createHash } from 'node:crypto'
import { P, bytes, draw, hash, inverse, mod } from '../../field/testdata/poseidon2.mjs'

export const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n
const D = 12181644023421730124874158521699555681764249180949974110617291017600649128846n
const identity = [0n, 1n]

export const G = [
  9671717474070082183213120605117400219616337014328744928644933853176787189663n,
  16950150798460657717958625567821834550301663161624707787222815936182638968203n,
]

export function add([x1, y1], [x2, y2]) {
  const k = mod(D * mod(x1 * x2) * mod(y1 * y2))
  const denominators = inverse(mod((1n + k) * (1n - k)))
  return [
    mod(mod(x1 * y2 + y1 * x2) * mod((1n - k) * denominators)),
    mod(mod(y1 * y2 + x1 * x2) * mod((1n + k) * denominators)),
  ]
}

export function times(point, k) {
  let result = identity
  for (const bit of k.toString(2)) {
    result = add(result, result)
    if (bit === '1') result = add(result, point)
  }
  return result
}

export const same = (p, q) => p[0] === q[0] && p[1] === q[1]
const onCurve = ([x, y]) => mod(y * y - x * x - 1n - D * mod(x * x) * mod(y * y)) === 0n
const isKey = (p) => onCurve(p) && !same(p, identity) && same(times(p, ORDER), identity)

// y, little-endian, with the top bit set where x is the larger root.
export function encode([x, y]) {
  const b = bytes(y).reverse()
  if (x > (P - 1n) / 2n) b[31] |= 0x80
  return b
}

export const clamp = (e) => 2n ** 249n + 2n * (e % 2n ** 249n) + 1n

export function key(name) {
  const a = draw(`${name} scalar`, ORDER - 1n) + 1n
  return { a, prefix: bytes(draw(`${name} prefix`)), A: times(G, a) }
}

export function nonce({ prefix }, use, message) {
  const h = createHash('sha512').update(`lethe/v1/${use}\0`).update(prefix).update(bytes(message)).digest('hex')
  return BigInt('0x' + h) % ORDER
}

export const challenge = (R, A, message) => clamp(hash('signature', ...R, ...A, message))

export function sign(signer, message) {
  const k = nonce(signer, 'nonce', message)
  const R = times(G, k)
  const S = mod(k + challenge(R, signer.A, message) * signer.a, ORDER)
  if (!verify(signer.A, message, { R, S })) throw new Error('a signature does not verify')
  return { R, S }
}

export const verify = (A, message, { R, S }) => isKey(A) && onCurve(R) && S < ORDER &&
  same(times(G, S), add(R, times(A, challenge(R, A, message))))
