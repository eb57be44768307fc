// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {RFC6962} from "../src/RFC6962.sol";

/// @dev Makes the library callable from outside, for the tests here and for the comparison with another implementation.
contract RFC6962Harness {
    function hashLeaf(bytes32 entry) external pure returns (bytes32) {
        return RFC6962.hashLeaf(entry);
    }

    function verifyInclusion(uint64 index, uint64 size, bytes32 leafHash, bytes32[] calldata proof, bytes32 root)
        external
        pure
        returns (bool)
    {
        return RFC6962.verifyInclusion(index, size, leafHash, proof, root);
    }

    function verifyConsistency(uint64 size1, uint64 size2, bytes32[] calldata proof, bytes32 root1, bytes32 root2)
        external
        pure
        returns (bool)
    {
        return RFC6962.verifyConsistency(size1, size2, proof, root1, root2);
    }
}
