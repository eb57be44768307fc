// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Stands in for generated verifiers: a proof holds for inputs when it begins with their hash under the stub's tag.
/// So a test that makes a proof says exactly which inputs the verifier must get, and which verifier.
contract StubVerifier {
    error ProofInvalid();

    bytes32 private immutable _tag;

    constructor(bytes32 tag) {
        _tag = tag;
    }

    function verifyProof(bytes calldata proof, uint256[9] calldata inputs) external view {
        _check(proof, abi.encodePacked(_tag, inputs));
    }

    function verifyProof(bytes calldata proof, uint256[8] calldata inputs) external view {
        _check(proof, abi.encodePacked(_tag, inputs));
    }

    function verifyProof(bytes calldata proof, uint256[5] calldata inputs) external view {
        _check(proof, abi.encodePacked(_tag, inputs));
    }

    function _check(bytes calldata proof, bytes memory data) private pure {
        if (proof.length != 256 || bytes32(proof[:32]) != keccak256(data)) revert ProofInvalid();
    }
}
