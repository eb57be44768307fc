// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {CheckpointLog} from "../src/CheckpointLog.sol";
import {ICheckpointLog} from "../src/interfaces/ICheckpointLog.sol";
import {Base} from "./Base.sol";
import {Tree} from "./Tree.sol";

/// @dev A deployed log, and entries to fill it with.
abstract contract LogBase is Base {
    uint64 internal constant MAX_GROWTH = 16;
    uint32 internal constant DELAY = 7 days;
    string internal constant ORIGIN = "log.example/records";
    string internal constant NEXT_ORIGIN = "log.example/records-2";

    CheckpointLog internal log;

    function _deployLog() internal {
        _deployManager();
        log = new CheckpointLog(address(manager), ORIGIN, MAX_GROWTH, DELAY);
        _allow(address(log), ICheckpointLog.submit.selector, SUBMITTER);
        _allow(address(log), ICheckpointLog.proposeSuccessor.selector, RECOVERY);
        _allow(address(log), ICheckpointLog.openSuccessor.selector, RECOVERY);
        _allow(address(log), ICheckpointLog.cancelSuccessor.selector, GUARDIAN);
    }

    /// @dev Submits the honest growth of log number `number` from `oldSize` to `newSize`.
    function _grow(uint32 number, uint64 oldSize, uint64 newSize) internal {
        bytes32[] memory leaves = _leaves(number, newSize);
        bytes32[] memory proof = Tree.consistency(leaves, oldSize, newSize);
        bytes32 newRoot = Tree.root(leaves, 0, newSize);
        vm.prank(submitter);
        log.submit(number, oldSize, newSize, newRoot, proof);
    }

    function _root(uint32 number, uint64 size) internal pure returns (bytes32) {
        return Tree.root(_leaves(number, size), 0, size);
    }

    function _leaves(uint32 number, uint64 size) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            leaves[i] = sha256(abi.encodePacked(bytes1(0x00), _entry(number, i)));
        }
    }

    function _entry(uint32 number, uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(number, index));
    }

    function _none() internal pure returns (bytes32[] memory) {
        return new bytes32[](0);
    }
}
