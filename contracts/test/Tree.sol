// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Merkle trees and proofs by the recursive definitions of RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1: slow,
/// and with nothing in common with the algorithms that verify them. Trees are given by their leaf hashes.
library Tree {
    /// @dev MTH of the leaves from `lo` up to, without, `hi`.
    function root(bytes32[] memory leaves, uint256 lo, uint256 hi) internal pure returns (bytes32) {
        if (hi == lo) return sha256("");
        if (hi - lo == 1) return leaves[lo];
        uint256 mid = lo + _split(hi - lo);
        return sha256(abi.encodePacked(bytes1(0x01), root(leaves, lo, mid), root(leaves, mid, hi)));
    }

    /// @dev PATH of leaf `index` in the tree of the first `size` leaves.
    function inclusion(bytes32[] memory leaves, uint256 index, uint256 size) internal pure returns (bytes32[] memory) {
        return _path(leaves, index, 0, size);
    }

    /// @dev PROOF that the first `size1` leaves are the beginning of the first `size2`.
    function consistency(bytes32[] memory leaves, uint256 size1, uint256 size2)
        internal
        pure
        returns (bytes32[] memory)
    {
        if (size1 == 0) return new bytes32[](0);
        return _subproof(leaves, size1, 0, size2, true);
    }

    function _path(bytes32[] memory leaves, uint256 index, uint256 lo, uint256 hi)
        private
        pure
        returns (bytes32[] memory)
    {
        if (hi - lo == 1) return new bytes32[](0);
        uint256 mid = lo + _split(hi - lo);
        if (index < mid) return _append(_path(leaves, index, lo, mid), root(leaves, mid, hi));
        return _append(_path(leaves, index, mid, hi), root(leaves, lo, mid));
    }

    function _subproof(bytes32[] memory leaves, uint256 end, uint256 lo, uint256 hi, bool whole)
        private
        pure
        returns (bytes32[] memory)
    {
        if (end == hi) {
            return whole ? new bytes32[](0) : _append(new bytes32[](0), root(leaves, lo, hi));
        }
        uint256 mid = lo + _split(hi - lo);
        if (end <= mid) return _append(_subproof(leaves, end, lo, mid, whole), root(leaves, mid, hi));
        return _append(_subproof(leaves, end, mid, hi, false), root(leaves, lo, mid));
    }

    /// @dev The largest power of two less than n.
    function _split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (k << 1 < n) k <<= 1;
    }

    function _append(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }
}
