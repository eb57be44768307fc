// Verifies proofs with snarkjs. Standard input: {key, circuit, cases: [{public, proof}]}, where key, public and proof are the texts of
// files and circuit is the name of one, or empty. Standard output: whether snarkjs takes each case and would have written the key as it
// is, and what it makes of the circuit.
import { readFileSync } from "node:fs";
import * as snarkjs from "snarkjs";

const { key, circuit, cases } = JSON.parse(readFileSync(0, "utf8"));
const vk = JSON.parse(key);
const curve = await snarkjs.curves.getCurveFromName(vk.curve);
const numbers = (v) => (Array.isArray(v) ? v.map(numbers) : BigInt(v));
const texts = (v) => (Array.isArray(v) ? v.map(texts) : v.toString());

const alphaBeta = curve.pairing(curve.G1.fromObject(numbers(vk.vk_alpha_1)), curve.G2.fromObject(numbers(vk.vk_beta_2)));
const written = JSON.stringify({ ...vk, vk_alphabeta_12: texts(curve.Gt.toObject(alphaBeta)) }, null, 1);

const accepted = [];
for (const c of cases) {
  accepted.push(await snarkjs.groth16.verify(vk, JSON.parse(c.public), JSON.parse(c.proof)).catch(() => false));
}
const read = async () => {
  const { nVars, nOutputs, nPubInputs, nPrvInputs, nConstraints } = await snarkjs.r1cs.info(circuit);
  const { constraints } = await snarkjs.r1cs.exportJson(circuit);
  return {
    circuit: { wires: nVars, outputs: nOutputs, public: nPubInputs, secret: nPrvInputs, constraints: nConstraints },
    read: constraints.length,
  };
};
console.log(JSON.stringify({ keyAsWritten: written === key, accepted, ...(circuit ? await read() : {}) }));
await curve.terminate();
