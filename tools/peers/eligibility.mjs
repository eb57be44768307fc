// The statement of eligibility.circom: its inputs, and its artifacts, which are made once for each text of it.
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Base8, mulPointEscalar, subOrder } from '@zk-kit/baby-jubjub'
import * as poseidon from 'poseidon-lite'
import * as snarkjs from 'snarkjs'

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, 'eligibility.circom')
const cache = join(here, 'node_modules', '.cache')
const [levels, literals, power] = [12, 44, 14] // 2^14 powers of tau are enough for the constraints
const hash = (...of) => poseidon[`poseidon${of.length}`](of)

// A known value; 0 is an unknown one.
export const known = (n) => 2 ** 24 + n

// What is attested and asked where the circuit of this project is measured too (eligibility.go).
export const scenario = () => ({
  secret: 123456789n, time: 1_800_000_000, context: 7n, scope: 2n, schema: 3n, attestedSchema: 3n, attestedKey: 5n,
  from: 1_799_999_900, until: 1_800_000_100, attesterUntil: 1_800_000_010, role: 3,
  values: Object.assign(Array(16).fill(0), { 0: known(54), 1: known(1), 2: known(61), 3: known(0), 15: known(7200) }),
  clauses: [
    [{ attribute: 0, low: 18, high: 75 }],
    [{ attribute: 2, low: 57, high: 64 }, { attribute: 7, low: 1, high: 1 }],
    [{ attribute: 3, low: 1, high: 1, outside: 1 }, { attribute: 1, low: 1, high: 1 }],
    [{ attribute: 15, low: 6000, high: 2 ** 24 - 1 }],
  ],
})

// The circuit's inputs of a scenario, with everything that follows from it: signature, path and digests.
export function inputOf(s) {
  const identity = hash(s.secret)
  const half = (i) => packed(25, s.values.slice(i, i + 8))
  const times = (BigInt(s.from) << 40n) + BigInt(s.until)
  const { attester, R, S } = signed(hash(identity, s.attestedKey, s.attestedSchema, times, half(0), half(8)))
  const places = s.clauses.flatMap((c) => c.map((l, i) => ({ outside: 0, ...l, end: Number(i === c.length - 1) })))
  while (places.length < literals) places.push({ attribute: 0, low: 0, high: 0, outside: 0, end: 0 })
  const each = (part) => places.map((l) => l[part])
  return {
    ...climb(hash(...attester, s.role, s.attesterUntil)), policy: digest(s, places), tag: hash(identity, s.scope),
    time: s.time, context: s.context, secret: s.secret, attestedKey: s.attestedKey, from: s.from, until: s.until, values: s.values,
    scope: s.scope, schema: s.schema, low: each('low'), high: each('high'), outside: each('outside'), end: each('end'),
    attribute: places.map((l) => [0, 1, 2, 3].map((i) => (l.attribute >> i) & 1)),
    attester, attesterUntil: s.attesterUntil, R, S,
  }
}

// An attester's signature, as EdDSAPoseidonVerifier takes it: S·B = R + 8h·A. The key and the nonce are no secret here.
function signed(message) {
  const [secret, nonce] = [271828182845904523n, 314159265358979323n]
  const [attester, R] = [mulPointEscalar(Base8, secret), mulPointEscalar(Base8, nonce)]
  return { attester, R, S: (nonce + 8n * hash(...R, ...attester, message) * secret) % subOrder }
}

// Numbers of a width in one, the first lowest.
const packed = (width, parts) => parts.reduceRight((e, part) => (e << BigInt(width)) + BigInt(part), 0n)

function digest(s, places) {
  const numbers = places.map((l) => packed(28, [l.low, l.high, l.attribute + 16 * l.outside + 32 * l.end]))
  const elements = Array.from({ length: literals / 4 }, (_, i) => packed(62, numbers.slice(4 * i, 4 * i + 4)))
  return hash(s.scope, s.schema, ...elements)
}

// A path of any siblings from a leaf, to the left and to the right by turns.
function climb(leaf) {
  const siblings = Array.from({ length: levels }, (_, i) => BigInt(i + 1))
  const positions = siblings.map((_, i) => i % 2)
  const issuersRoot = siblings.reduce((node, other, i) => (positions[i] ? hash(other, node) : hash(node, other)), leaf)
  return { siblings, positions, issuersRoot }
}

export const eligibility = async () => {
  const zkey = await made(join(await compiled(), 'eligibility.zkey'), setUp)
  return { input: inputOf(scenario()), wasm: await wasm(), zkey, key: await snarkjs.zKey.exportVerificationKey(zkey) }
}

// The program that computes witnesses.
export const wasm = async () => join(await compiled(), 'eligibility_js', 'eligibility.wasm')

const compiled = () => made(join(cache, `eligibility-${createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16)}`), compile)

// A file or folder that is made once, and only whole.
async function made(path, make) {
  if (!existsSync(path)) {
    mkdirSync(cache, { recursive: true })
    await make(`${path}.new`)
    renameSync(`${path}.new`, path)
  }
  return path
}

// Full simplification leaves 13,111 constraints of the 23,710 that circom has by itself.
function compile(to) {
  const require = createRequire(import.meta.url)
  const templates = join(dirname(require.resolve('circomlib/package.json')), 'circuits')
  const compiler = join(dirname(require.resolve('circom2/package.json')), 'cli.js')
  mkdirSync(to, { recursive: true })
  const args = [compiler, source, '--r1cs', '--wasm', '--O2', '-l', templates, '-o', to]
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

// Keys for a benchmark, not for use: whoever makes them could keep the secrets.
async function setUp(to) {
  const draw = (file) => execFileSync('go', ['run', './powers', String(power), file], { cwd: here })
  const powers = await made(join(cache, `powers-${power}.ptau`), draw)
  const empty = { type: 'mem' }
  await snarkjs.zKey.newZKey(join(await compiled(), 'eligibility.r1cs'), powers, empty)
  await snarkjs.zKey.contribute(empty, to, 'benchmark', randomBytes(64).toString('hex'))
}
