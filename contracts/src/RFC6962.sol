// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Proofs about the Merkle trees of transparency logs
/// @notice The tree hash of RFC 6962 section 2.1 (the same as RFC 9162 section 2.1.1) with SHA-256, and the two
/// verification algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2, step by step as they stand there.
/// @dev Each level of an inclusion proof costs about 800 gas; of a consistency proof up to 1,200.
library RFC6962 {
    /// @dev The root of the tree without entries: SHA-256 of nothing.
    bytes32 internal constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// @dev The hash of a leaf whose entry is exactly 32 bytes: SHA-256(0x00 || entry).
    function hashLeaf(bytes32 entry) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), entry));
    }

    /// @dev The hash of an inner node: SHA-256(0x01 || left || right).
    function hashChildren(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    /// @dev Whether `proof` shows that `leafHash` is leaf `index` (from 0) of the tree of `size` leaves under `root`.
    /// False, never a revert, for what is malformed: an index at or beyond the size, a proof too short or too long.
    function verifyInclusion(uint64 index, uint64 size, bytes32 leafHash, bytes32[] calldata proof, bytes32 root)
        internal
        pure
        returns (bool)
    {
        if (index >= size) return false;
        uint256 fn = index;
        uint256 sn = size - 1;
        bytes32 r = leafHash;
        for (uint256 i = 0; i < proof.length; ++i) {
            if (sn == 0) return false;
            bytes32 p = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                r = hashChildren(p, r);
                (fn, sn) = _skipMissing(fn, sn);
            } else {
                r = hashChildren(r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && r == root;
    }

    /// @dev Whether `proof` shows that the tree of `size1` leaves under `root1` is the beginning of the tree of `size2`
    /// leaves under `root2`. Equal sizes ask for equal roots and an empty proof. The empty tree is the beginning of
    /// every tree: with `size1` 0 the proof is empty, and neither root is looked at. False, never a revert, for what is
    /// malformed.
    function verifyConsistency(uint64 size1, uint64 size2, bytes32[] calldata proof, bytes32 root1, bytes32 root2)
        internal
        pure
        returns (bool)
    {
        if (size1 > size2) return false;
        if (size1 == size2) return proof.length == 0 && root1 == root2;
        if (size1 == 0) return proof.length == 0;

        uint256 i = 0;
        bytes32 fr = root1;
        if (size1 & (size1 - 1) != 0) {
            // Unless the old tree is one complete subtree, the proof opens with its last complete one.
            if (proof.length == 0) return false;
            fr = proof[i++];
        }
        bytes32 sr = fr;
        (uint256 fn, uint256 sn) = _skipComplete(size1 - 1, size2 - 1);
        for (; i < proof.length; ++i) {
            if (sn == 0) return false;
            bytes32 c = proof[i];
            if (fn & 1 == 1 || fn == sn) {
                fr = hashChildren(c, fr);
                sr = hashChildren(c, sr);
                (fn, sn) = _skipMissing(fn, sn);
            } else {
                sr = hashChildren(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && fr == root1 && sr == root2;
    }

    /// @dev Climbs to the root of the last complete subtree of the old tree.
    function _skipComplete(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        return (fn, sn);
    }

    /// @dev Climbs over the levels at which a node on the right border has no sibling.
    function _skipMissing(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 0 && fn != 0) {
            fn >>= 1;
            sn >>= 1;
        }
        return (fn, sn);
    }
}
