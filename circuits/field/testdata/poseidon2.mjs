// Poseidon2 over the scalar field of BN254, from the paper (https://eprint.iacr.org/2023/323) and its authors' generator of
// parameters (https://github.com/HorizenLabs/poseidon2, poseidon2_rust_params.sage): x^5, 128 bits, with the security margin.
// The round constants and the internal matrix are derived here; nothing is shared with the Go implementation.
import { createHash } from 'node:crypto'

export const P = 21888242871839275222246405745257275088548364400416034343698204186575808495617n
const BITS = 254

export const mod = (a, m = P) => ((a % m) + m) % m

export function pow(base, exponent, m = P) {
  let result = 1n
  for (base = mod(base, m); exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = result * base % m
    base = base * base % m
  }
  return result
}

export const inverse = (a, m = P) => pow(a, m - 2n, m)

// The Grain LFSR in self-shrinking mode (Poseidon, https://eprint.iacr.org/2019/458, appendix E): of each pair of bits, the
// second counts if the first is 1. The seed says: a prime field, x^alpha, and the numbers of the instance.
function* grain(t, fullRounds, partialRounds) {
  const seed = [[1, 2], [0, 4], [BITS, 12], [t, 12], [fullRounds, 10], [partialRounds, 10]]
  const state = [...seed.map(([value, width]) => value.toString(2).padStart(width, '0')).join(''), ...'1'.repeat(30)].map(Number)
  const next = () => {
    const bit = state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
    state.shift()
    state.push(bit)
    return bit
  }
  for (let i = 0; i < 160; i++) next()
  for (;;) {
    const [take, bit] = [next(), next()]
    if (take) yield bit
  }
}

function number(bits) {
  let n = 0n
  for (let i = 0; i < BITS; i++) n = n << 1n | BigInt(bits.next().value)
  return n
}

// Polynomials are arrays of coefficients, lowest first; f is monic.
function reduce(a, f) {
  a = a.map((c) => mod(c))
  for (let d = f.length - 1; a.length > d;) {
    const lead = a.pop()
    for (let i = 0; i < d; i++) a[a.length - d + i] = mod(a[a.length - d + i] - lead * f[i])
  }
  return a
}

function times(a, b) {
  const product = Array(a.length + b.length - 1).fill(0n)
  a.forEach((x, i) => b.forEach((y, j) => { product[i + j] += x * y }))
  return product
}

function power(a, exponent, f) {
  let result = [1n]
  for (const bit of exponent.toString(2)) {
    result = reduce(times(result, result), f)
    if (bit === '1') result = reduce(times(result, a), f)
  }
  return result
}

const trim = (a) => a.slice(0, a.findLastIndex((c) => c !== 0n) + 1)
const padded = (a, n) => Array.from({ length: n }, (_, i) => a[i] ?? 0n)
const same = (a, b) => String(trim(a)) === String(trim(b))

function coprime(a, b) {
  for (a = trim(a), b = trim(b); b.length > 0;) {
    const scale = inverse(b.at(-1))
    const monic = b.map((c) => mod(c * scale));
    [a, b] = [monic, trim(reduce(a, monic))]
  }
  return a.length === 1
}

// det(x - diag(mu - 1) - J), J all ones.
function characteristic(diagonal) {
  const without = (i) => diagonal.reduce((f, d, j) => j === i ? f : times(f, [-d, 1n]), [1n])
  const f = without(-1)
  diagonal.forEach((_, i) => without(i).forEach((c, j) => { f[j] -= c }))
  return f.map((c) => mod(c))
}

// The condition of the paper's section 5.3: the minimal polynomials of M, M^2, ... M^2t are irreducible and of degree t, a power
// of two. With f, M's own, irreducible (Rabin's test), M^i is an element of F_P[x]/f and only has to lie outside the subfield of
// half the degree, which the power P^(t/2) fixes.
function secure(f) {
  const t = f.length - 1
  const conjugates = [[0n, 1n]]
  for (let i = 0; i < t; i++) conjugates.push(power(conjugates[i], P, f))
  const x = conjugates[0]
  const y = conjugates[t / 2]
  const difference = padded(y, t).map((c, i) => mod(c - (x[i] ?? 0n)))
  if (!same(conjugates[t], x) || !coprime(f, difference)) return false
  return Array.from({ length: 2 * t }, (_, i) => BigInt(i + 1)).every((i) => !same(power(x, i, f), power(y, i, f)))
}

function parameters(t, fullRounds, partialRounds) {
  const bits = grain(t, fullRounds, partialRounds)
  const constant = () => {
    for (;;) {
      const n = number(bits)
      if (n < P) return n
    }
  }
  const rounds = Array.from({ length: fullRounds + partialRounds }, (_, r) => {
    const full = r < fullRounds / 2 || r >= fullRounds / 2 + partialRounds
    return { full, constants: Array.from({ length: full ? t : 1 }, constant) }
  })
  for (;;) {
    const diagonal = Array.from({ length: t }, () => mod(number(bits) - 1n))
    if (secure(characteristic(diagonal))) return { rounds, diagonal }
  }
}

const M4 = [[5n, 7n, 1n, 3n], [4n, 6n, 1n, 1n], [1n, 3n, 5n, 7n], [1n, 1n, 4n, 6n]]

// M4 alone for t = 4; circ(2 M4, M4, ...) above.
function external(state) {
  const blocks = state.length / 4
  return state.map((_, row) => mod(state.reduce((sum, s, column) => {
    const twice = blocks > 1 && row >> 2 === column >> 2 ? 2n : 1n
    return sum + twice * M4[row % 4][column % 4] * s
  }, 0n)))
}

function permutation({ rounds, diagonal }) {
  const internal = (state) => {
    const sum = state.reduce((a, b) => a + b)
    return state.map((s, i) => mod(s * diagonal[i] + sum))
  }
  return (input) => rounds.reduce((state, { full, constants }) => {
    const boxed = state.map((s, i) => i < constants.length ? pow(s + constants[i], 5n) : s)
    return full ? external(boxed) : internal(boxed)
  }, external(input))
}

export const parameters4 = parameters(4, 8, 56)
export const parameters8 = parameters(8, 8, 57)
export const permute4 = permutation(parameters4)
export const permute8 = permutation(parameters8)

const big = (bytes) => bytes.length === 0 ? 0n : BigInt('0x' + bytes.toString('hex'))

export const node = (children) => mod(permute4(children)[0] + children[0])
export const hash = (tag, ...inputs) => permute8([big(Buffer.from(tag)), ...padded(inputs, 7)])[1]
export const digest = (domain, data) =>
  big(createHash('sha256').update(`lethe/v1/${domain}\0`).update(data).digest().subarray(0, 31))

// A number for tests, drawn from a name.
export const draw = (name, m = P) => big(createHash('sha512').update(name).digest()) % m
export const bytes = (n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex')
export const text = (n) => n.toString(16).padStart(64, '0')
