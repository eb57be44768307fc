// Package local keeps keys in one folder: the embedded default, for trying, for tests, and for small sites that accept what it
// cannot promise. It implements [keys.Ring].
//
//	root.key            32 random bytes in hexadecimal, made on first use unless Config.RootKey is given
//	counter             the erasure counter, sealed under the root key
//	blind.key           the key of the blind index, sealed
//	signing.key         an Ed25519 seed outside every patient hierarchy, sealed
//	transit/ab/ab12...  one Transit key to a file, sealed, named by its name
//	lock, tmp/          the lock of the process that has the folder open; files being written
//
// Sealed is [keys.Seal] with the purpose and the name as context, so no file passes for another. A file is replaced whole:
// written in tmp, synced, renamed, and its folder synced; a change costs two or three syncs of the disk, and reading goes on
// only afterwards. To destroy a Transit key is to overwrite its file with random bytes, sync, remove it, and sync the folder.
//
// # What it cannot promise
//
//   - File systems that copy on write, journals, snapshots, backups and the spare blocks of flash memory keep what was
//     overwritten. Whoever finds such residue of a key file, and has the root key and the wrapped key, decrypts.
//   - Whoever holds the folder holds the keys, unless the root key is kept elsewhere and given in [Config].
//   - Serving and destroying are one process and one person here. Only one process has the folder open at a time.
//   - The counter shows that an older copy of the folder was restored. It does not stop an operator who has the root key from
//     writing whatever count they like.
//
// It needs a system with flock and with folders that can be synced: Linux, macOS or a BSD.
package local
