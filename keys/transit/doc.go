// Package transit keeps patients' keys in the Transit engine of HashiCorp Vault, or of OpenBao. It implements [keys.Ring], and
// uses only calls that both servers have.
//
// A tenant has a mount of its own, lethe-TENANT. In it stand a Transit key aes256-gcm96 per [keys.Name], and four keys of fixed
// names, which no erasure takes:
//
//	lethe-count         how often it was rotated is the erasure counter; old versions are trimmed
//	lethe-blind         HMAC-SHA-256 of the blind index, always version 1
//	lethe-derive        HMAC-SHA-256 of secrets for other purposes, always version 1; a role derives only what its policy lists
//	lethe-certificates  Ed25519 (RFC 8032), signs erasure certificates inside Vault
//
// None is exportable or may be backed up in plaintext. A call costs one round trip, Destroy two, [Ring.Advance] three; what makes,
// destroys or counts waits for Vault's storage, some milliseconds with raft. Writes are not retried: one whose answer was lost
// may have taken effect. Reads are, once, by net/http, where a connection that was kept open broke.
//
// # Roles
//
// [Setup] gives each process an AppRole and a policy, which [Policies] prints. Serve makes keys, wraps and unwraps; erase
// destroys and counts, and can do neither; witness unwraps, with a token of minutes; work derives and reads one public key. A
// [Ring] offers every method, and Vault refuses what its credential does not allow, with [ErrDenied]. [Ring.CheckRole] compares
// a credential with its role at start, [Drift] everything that Setup put in force.
//
// # Destroying a key
//
// Transit deletes a key in two steps, its present versions and then its archive, and answers a second delete "not found" even
// where the first died between the two. So Destroy returns nil only after a delete that answered success. For a name that is
// not found it makes a key again, of a type that neither encrypts nor decrypts, and deletes that, which takes the archive too:
// what somebody writes or reads late meets no key all the while.
//
// # What stays in memory
//
// Requests and answers that hold a key are built and read in buffers of this package that are overwritten after use, without
// Go strings. What cannot be overwritten here: the buffers of net/http, bufio and crypto/tls that the bytes passed through, the
// AppRole's secret id and the token, which are strings, and whatever Vault itself keeps.
//
// # What it cannot promise
//
//   - A snapshot of Vault taken before a destruction brings the key back. The counter shows it; the restore guard acts on it.
//   - Vault's administrator can open everything. Drift is seen at the next check, not prevented.
//   - Exists asks for the key. Whether an archive was left behind by a delete that died midway cannot be asked; Destroy ends it.
//   - An audit device is the server's to keep: a server that refuses to make one by API must have it in its configuration.
package transit
