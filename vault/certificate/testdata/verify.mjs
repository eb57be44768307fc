// An independent verifier of erasure certificates: Node's own cryptography, and the canonical form of RFC 8785 by sorting keys.
// Usage: node verify.mjs FILE. Prints the case and the thumbprint (RFC 7638) of the key as JSON, or fails.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

// RFC 8785: member names in the order of their UTF-16 code units, which is JavaScript's; numbers and texts as ECMAScript writes them.
function canonical(v) {
  if (Array.isArray(v)) return "[" + v.map(canonical).join(",") + "]";
  if (v === null || typeof v !== "object") return JSON.stringify(v);
  return "{" + Object.keys(v).sort().map((k) => JSON.stringify(k) + ":" + canonical(v[k])).join(",") + "}";
}

function check(ok, what) {
  if (!ok) throw new Error(what);
}

const file = JSON.parse(readFileSync(process.argv[2], "utf8"));
const [header, payload, signature, ...rest] = file.jws.split(".");
check(payload === "" && rest.length === 0, "not a detached JWS (RFC 7515, appendix F)");
const { alg, jwk } = JSON.parse(Buffer.from(header, "base64url"));
check(alg === "EdDSA" && jwk.kty === "OKP" && jwk.crv === "Ed25519" && !("d" in jwk), "not signed with Ed25519");
const input = header + "." + Buffer.from(canonical(file.certificate)).toString("base64url");
const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: "jwk" });
check(verify(null, Buffer.from(input), key, Buffer.from(signature, "base64url")), "the signature does not match");
const thumbprint = createHash("sha256").update(canonical({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })).digest("base64url");
check(jwk.kid === thumbprint, "the key's id is not its thumbprint");
console.log(JSON.stringify({ case: file.certificate.case, key: thumbprint }));
