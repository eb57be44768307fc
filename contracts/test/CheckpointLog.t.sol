// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {CheckpointLog} from "../src/CheckpointLog.sol";
import {ICheckpointLog} from "../src/interfaces/ICheckpointLog.sol";
import {LogBase} from "./LogBase.sol";
import {Tree} from "./Tree.sol";

contract CheckpointLogTest is LogBase {
    function setUp() public {
        _deployLog();
    }

    function test_constructor_opensEmptyTree() public view {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        assertEq(c.log, 0);
        assertEq(c.size, 0);
        assertEq(c.root, sha256(""));
        assertEq(c.acceptedAt, START);
        assertEq(c.acceptedIn, block.number);
        assertEq(log.originOf(0), ORIGIN);
        assertEq(log.maxGrowth(), MAX_GROWTH);
        assertEq(log.successorDelay(), DELAY);
        assertEq(log.pendingSuccessor().opensAt, 0);
    }

    function test_constructor_revertsWithZeroMaxGrowth() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.ZeroMaxGrowth.selector));
        new CheckpointLog(address(manager), ORIGIN, 0, DELAY);
    }

    function test_constructor_revertsWithZeroSuccessorDelay() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.ZeroSuccessorDelay.selector));
        new CheckpointLog(address(manager), ORIGIN, MAX_GROWTH, 0);
    }

    function test_constructor_revertsWithEmptyOrigin() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.EmptyOrigin.selector));
        new CheckpointLog(address(manager), "", MAX_GROWTH, DELAY);
    }

    function test_submit_acceptsFirstCheckpoint() public {
        vm.expectEmit(address(log));
        emit ICheckpointLog.CheckpointAccepted(0, 5, _root(0, 5));
        _grow(0, 0, 5);
        assertEq(log.rootOf(0, 5), _root(0, 5));
    }

    function test_submit_recordsTimeAndBlock() public {
        vm.warp(START + 500);
        vm.roll(77);
        _grow(0, 0, 5);
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        assertEq(c.size, 5);
        assertEq(c.acceptedAt, START + 500);
        assertEq(c.acceptedIn, 77);
    }

    function test_submit_keepsEveryAcceptedRoot() public {
        uint64[6] memory sizes = [uint64(0), 1, 6, 8, 20, 36];
        for (uint256 i = 1; i < sizes.length; ++i) {
            _grow(0, sizes[i - 1], sizes[i]);
        }
        for (uint256 i = 0; i < sizes.length; ++i) {
            assertEq(log.rootOf(0, sizes[i]), _root(0, sizes[i]));
        }
        assertEq(log.latestCheckpoint().size, 36);
    }

    function test_fuzz_submit_acceptsGrowth(uint64 first, uint64 second) public {
        first = 1 + first % MAX_GROWTH;
        second = first + 1 + second % MAX_GROWTH;
        _grow(0, 0, first);
        _grow(0, first, second);
        assertEq(log.latestCheckpoint().root, _root(0, second));
    }

    function test_fuzz_submit_revertsWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != submitter);
        bytes32 root = _root(0, 1);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        log.submit(0, 0, 1, root, _none());
    }

    function test_submit_revertsWithAccessManagedUnauthorizedWhenClosed() public {
        manager.setTargetClosed(address(log), true);
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, submitter);
        _refused(refusal, 0, 0, 1, _root(0, 1), _none());
    }

    function test_submit_revertsWithNotLatestForOldSize() public {
        _grow(0, 0, 4);
        _grow(0, 4, 7);
        bytes32[] memory proof = Tree.consistency(_leaves(0, 9), 4, 9);
        _refused(abi.encodeWithSelector(ICheckpointLog.NotLatest.selector, 0, 4, 0, 7), 0, 4, 9, _root(0, 9), proof);
    }

    function test_submit_revertsWithNotLatestForOtherLog() public {
        _refused(abi.encodeWithSelector(ICheckpointLog.NotLatest.selector, 1, 0, 0, 0), 1, 0, 4, _root(0, 4), _none());
    }

    function test_submit_revertsWithNotGrowing() public {
        _grow(0, 0, 7);
        bytes memory same = abi.encodeWithSelector(ICheckpointLog.NotGrowing.selector, 7, 7);
        _refused(same, 0, 7, 7, _root(0, 7), _none());
        bytes memory shrunk = abi.encodeWithSelector(ICheckpointLog.NotGrowing.selector, 7, 4);
        _refused(shrunk, 0, 7, 4, _root(0, 4), Tree.consistency(_leaves(0, 7), 4, 7));
    }

    function test_submit_revertsWithGrowthTooLarge() public {
        uint64 size = MAX_GROWTH + 1;
        bytes memory first = abi.encodeWithSelector(ICheckpointLog.GrowthTooLarge.selector, size, MAX_GROWTH);
        _refused(first, 0, 0, size, _root(0, size), _none());
        _grow(0, 0, 3);
        bytes memory later = abi.encodeWithSelector(ICheckpointLog.GrowthTooLarge.selector, size, MAX_GROWTH);
        _refused(later, 0, 3, size + 3, _root(0, size + 3), Tree.consistency(_leaves(0, size + 3), 3, size + 3));
        bytes memory huge =
            abi.encodeWithSelector(ICheckpointLog.GrowthTooLarge.selector, type(uint64).max - 3, MAX_GROWTH);
        _refused(huge, 0, 3, type(uint64).max, _root(0, 4), _none());
    }

    function test_submit_revertsWithZeroRoot() public {
        _refused(abi.encodeWithSelector(ICheckpointLog.ZeroRoot.selector), 0, 0, 4, 0, _none());
    }

    function test_submit_revertsWithInconsistentForFork() public {
        _grow(0, 0, 6);
        bytes32[] memory fork = _leaves(0, 9);
        fork[2] = keccak256("another history");
        _inconsistent(6, 9, Tree.root(fork, 0, 9), Tree.consistency(fork, 6, 9));
    }

    function test_submit_revertsWithInconsistentForJunkLeaves() public {
        _grow(0, 0, 6);
        bytes32[] memory junk = _leaves(99, 9);
        _inconsistent(6, 9, Tree.root(junk, 0, 9), Tree.consistency(junk, 6, 9));
    }

    function test_submit_revertsWithInconsistentForOverwrittenLastLeaf() public {
        _grow(0, 0, 6);
        bytes32[] memory dropped = _leaves(0, 9);
        for (uint256 i = 5; i < 8; ++i) {
            dropped[i] = dropped[i + 1];
        }
        _inconsistent(6, 8, Tree.root(dropped, 0, 8), Tree.consistency(dropped, 6, 8));
    }

    function test_submit_revertsWithInconsistentForSizeThatRootIsNotOf() public {
        _grow(0, 0, 6);
        _inconsistent(6, 17, _root(0, 9), Tree.consistency(_leaves(0, 9), 6, 9));
    }

    function test_submit_revertsWithInconsistentForProofFromEmptyTree() public {
        _inconsistent(0, 4, _root(0, 4), Tree.consistency(_leaves(0, 4), 3, 4));
    }

    function test_fuzz_submit_revertsWithInconsistent(uint64 m, uint64 n, bytes32 newRoot, bytes32[] calldata proof)
        public
    {
        m = 1 + m % MAX_GROWTH;
        n = m + 1 + n % MAX_GROWTH;
        vm.assume(newRoot != 0);
        _grow(0, 0, m);
        _inconsistent(m, n, newRoot, proof);
    }

    function test_fuzz_verifyInclusion(uint64 size, uint64 extra, uint64 index) public {
        size = 1 + size % MAX_GROWTH;
        extra = 1 + extra % MAX_GROWTH;
        index %= size;
        _grow(0, 0, size);
        _grow(0, size, size + extra);
        _included(size, index);
        _included(size + extra, index);
        bytes32[] memory path = Tree.inclusion(_leaves(0, size), index, size);
        require(!log.verifyInclusion(0, size, index, _entry(0, index + 1), path), "other entry accepted");
        require(!log.verifyInclusion(0, size, index + 1, _entry(0, index), path), "other index accepted");
    }

    /// @dev A leaf hash given as an entry is hashed again: an inner node cannot be passed off as an entry either.
    function test_verifyInclusion_refusesNodeAsEntry() public {
        _grow(0, 0, 2);
        require(!log.verifyInclusion(0, 2, 0, _leaves(0, 1)[0], Tree.inclusion(_leaves(0, 2), 0, 2)), "accepted");
        require(!log.verifyInclusion(0, 2, 0, _root(0, 2), _none()), "accepted");
    }

    function test_verifyInclusion_revertsWithUnknownCheckpoint() public {
        _grow(0, 0, 4);
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.UnknownCheckpoint.selector, 0, 3));
        log.verifyInclusion(0, 3, 0, _entry(0, 0), _none());
    }

    function test_rootOf_revertsWithUnknownCheckpoint() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.UnknownCheckpoint.selector, 1, 0));
        log.rootOf(1, 0);
    }

    function test_originOf_revertsWithUnknownLog() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.UnknownLog.selector, 1));
        log.originOf(1);
    }

    function _included(uint64 size, uint64 index) private view {
        bytes32[] memory path = Tree.inclusion(_leaves(0, size), index, size);
        require(log.verifyInclusion(0, size, index, _entry(0, index), path), "entry refused");
    }

    function _inconsistent(uint64 oldSize, uint64 newSize, bytes32 newRoot, bytes32[] memory proof) private {
        bytes memory refusal = abi.encodeWithSelector(ICheckpointLog.Inconsistent.selector, oldSize, newSize, newRoot);
        _refused(refusal, 0, oldSize, newSize, newRoot, proof);
    }

    function _refused(
        bytes memory refusal,
        uint32 number,
        uint64 oldSize,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] memory proof
    ) private {
        vm.expectRevert(refusal);
        vm.prank(submitter);
        log.submit(number, oldSize, newSize, newRoot, proof);
    }
}
