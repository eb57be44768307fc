// Computes a witness of a statement with circom's artifacts, or proves and verifies it with snarkjs:
//
//   node witness.mjs NAME FILE    writes the witness, and prints where its proving key is, its constraints, and the milliseconds that
//                                 the witness took
//   node witness.mjs NAME         prints the milliseconds that a proof and its verification took
//
// both as one line of JSON. NAME is eligibility, or semaphore and a depth, as semaphore-16.
import * as snarkjs from 'snarkjs'
import { eligibility } from './eligibility.mjs'
import { semaphore } from './semaphore.mjs'

const [name, output] = process.argv.slice(2)
const { input, wasm, zkey, key } = name === 'eligibility' ? await eligibility() : semaphore(Number(name.replace('semaphore-', '')))
const timed = async (what) => {
  const from = performance.now()
  const value = await what()
  return [value, performance.now() - from]
}

if (output) {
  await snarkjs.wtns.calculate(input, wasm, output) // the first one compiles
  const [, witness] = await timed(() => snarkjs.wtns.calculate(input, wasm, output))
  console.log(JSON.stringify({ key: zkey, constraints: await constraintsOf(zkey), witness_ms: witness }))
} else {
  await snarkjs.groth16.fullProve(input, wasm, zkey)
  const [{ proof, publicSignals }, prove] = await timed(() => snarkjs.groth16.fullProve(input, wasm, zkey))
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
