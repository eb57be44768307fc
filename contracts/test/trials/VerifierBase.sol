// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStatementVerifier} from "../../src/interfaces/IStatementVerifier.sol";
import {Base} from "../Base.sol";
import {StubVerifier} from "../StubVerifier.sol";

/// @dev A deployed verifier of statements, and stubs for generated ones.
abstract contract VerifierBase is Base {
    uint256 internal constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint32 internal constant KEY_DELAY = 1 days;
    uint64 internal constant ANNOUNCER = 6;
    address internal constant announcer = address(0xA6);

    IStatementVerifier internal verifier;

    function _deployVerifier() internal {
        verifier = IStatementVerifier(_deploy("StatementVerifier", abi.encode(manager, KEY_DELAY)));
        manager.grantRole(ANNOUNCER, announcer, 0);
        _allow(address(verifier), IStatementVerifier.announce.selector, ANNOUNCER);
        _allow(address(verifier), IStatementVerifier.cancel.selector, GUARDIAN);
        _allow(address(verifier), IStatementVerifier.retire.selector, GUARDIAN);
    }

    /// @dev Deploys what is shipped, which is not compiled as these tests are.
    function _deploy(string memory name, bytes memory args) internal returns (address) {
        return vm.deployCode(string.concat(name, ".sol:", name), args);
    }

    function _announce(bytes32 statement, uint32 version, uint8 inputs) internal returns (address stub) {
        stub = address(new StubVerifier(_keyHash(statement, version)));
        vm.prank(announcer);
        verifier.announce(statement, version, stub, inputs, _keyHash(statement, version));
    }

    function _keyHash(bytes32 statement, uint32 version) internal pure returns (bytes32) {
        return keccak256(abi.encode("key", statement, version));
    }

    /// @dev A proof that the stub of this key accepts for these inputs.
    function _prove(bytes32 statement, uint32 version, uint256[] memory inputs) internal pure returns (bytes memory) {
        bytes32 digest = keccak256(abi.encodePacked(_keyHash(statement, version), inputs));
        return abi.encodePacked(digest, new bytes(224));
    }
}
