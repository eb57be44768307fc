// Computes a witness of the Semaphore v4 statement by the artifacts of its own ceremony, or proves and verifies it with snarkjs:
//
//   node witness.mjs DEPTH FILE    writes the witness, and prints where its proving key is, its constraints, and the milliseconds that
//                                  the witness took
//   node witness.mjs DEPTH         prints the milliseconds that a proof and its verification took
//
// both as one line of JSON.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as snarkjs from 'snarkjs'

const [depth, output] = [Number(process.argv[2]), process.argv[3]]
const at = dirname(createRequire(import.meta.url).resolve('@zk-kit/semaphore-artifacts/package.json'))
const file = (ext) => join(at, `semaphore-${depth}.${ext}`)
const key = JSON.parse(readFileSync(file('json')))

// Any siblings do: the root is an output.
const input = {
  secret: '123456789', merkleProofLength: String(depth), merkleProofIndex: '0',
  merkleProofSiblings: Array.from({ length: depth }, (_, i) => String(i + 1)), message: '1', scope: '2',
}
const timed = async (what) => {
  const from = performance.now()
  const value = await what()
  return [value, performance.now() - from]
}

if (output) {
  await snarkjs.wtns.calculate(input, file('wasm'), output) // the first one compiles
  const [, witness] = await timed(() => snarkjs.wtns.calculate(input, file('wasm'), output))
  console.log(JSON.stringify({ key: file('zkey'), constraints: await constraintsOf(file('zkey')), witness_ms: witness }))
} else {
  await snarkjs.groth16.fullProve(input, file('wasm'), file('zkey'))
  const [{ proof, publicSignals }, prove] = await timed(() => snarkjs.groth16.fullProve(input, file('wasm'), file('zkey')))
  const [valid, verify] = await timed(() => snarkjs.groth16.verify(key, publicSignals, proof))
  if (!valid) throw new Error('the proof does not verify')
  console.log(JSON.stringify({ prove_ms: prove, verify_ms: verify, peak_mb: process.resourceUsage().maxRSS / 1024 }))
}
process.exit(0)

// The zkey names the domain, not the constraints; its coefficients (section 4) name each constraint that has any.
async function constraintsOf(name) {
  const { readBinFile, readSection } = await import('@iden3/binfileutils')
  const { fd, sections } = await readBinFile(name, 'zkey', 2, 1 << 25, 1 << 23)
  const buffer = await readSection(fd, sections, 4)
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  let last = 0
  for (let i = 4; i + 12 <= view.byteLength; i += 44) last = Math.max(last, view.getUint32(i + 4, true))
  await fd.close()
  return last - key.nPublic // the rows of the public inputs come last
}
