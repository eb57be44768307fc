// Compiles the source on standard input by the compiler that package-lock.json pins, as cheap to deploy as it can, and writes the bytecode
// of its contract Verifier in hexadecimal digits.
"use strict";

const { readFileSync } = require("node:fs");
const solc = require("solc");

const out = JSON.parse(solc.compile(JSON.stringify({
  language: "Solidity",
  sources: { "Verifier.sol": { content: readFileSync(0, "utf8") } },
  settings: {
    evmVersion: "cancun", viaIR: true, optimizer: { enabled: true, runs: 1 },
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
  },
})));
const failed = (out.errors || []).filter((e) => e.severity === "error");
if (failed.length > 0) {
  console.error(failed.map((e) => e.formattedMessage).join("\n"));
  process.exit(1);
}
console.log(out.contracts["Verifier.sol"].Verifier.evm.bytecode.object);
