// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ICheckpointLog} from "../src/interfaces/ICheckpointLog.sol";
import {LogBase} from "./LogBase.sol";

contract SuccessorTest is LogBase {
    /// @dev When a successor proposed at the start may be opened.
    uint64 private constant OPENS_AT = START + DELAY;

    function setUp() public {
        _deployLog();
        _grow(0, 0, 6);
    }

    function test_proposeSuccessor_namesLastCheckpoint() public {
        vm.expectEmit(address(log));
        emit ICheckpointLog.SuccessorProposed(0, NEXT_ORIGIN, 6, _root(0, 6), OPENS_AT);
        _propose();
        ICheckpointLog.Successor memory next = log.pendingSuccessor();
        assertEq(next.origin, NEXT_ORIGIN);
        assertEq(next.size, 6);
        assertEq(next.root, _root(0, 6));
        assertEq(next.opensAt, OPENS_AT);
    }

    function test_fuzz_proposeSuccessor_revertsWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != recovery);
        bytes32 root = _root(0, 6);
        vm.expectRevert(_unauthorized(caller));
        vm.prank(caller);
        log.proposeSuccessor(NEXT_ORIGIN, 6, root);
    }

    function test_proposeSuccessor_revertsWithSuccessorPending() public {
        _propose();
        _proposalRefused(
            abi.encodeWithSelector(ICheckpointLog.SuccessorPending.selector, OPENS_AT), "x", 6, _root(0, 6)
        );
    }

    function test_proposeSuccessor_revertsWithEmptyOrigin() public {
        _proposalRefused(abi.encodeWithSelector(ICheckpointLog.EmptyOrigin.selector), "", 6, _root(0, 6));
    }

    function test_proposeSuccessor_revertsWithOriginInUse() public {
        _proposalRefused(abi.encodeWithSelector(ICheckpointLog.OriginInUse.selector, ORIGIN), ORIGIN, 6, _root(0, 6));
    }

    function test_proposeSuccessor_revertsWithNotLatest() public {
        bytes memory refusal = abi.encodeWithSelector(ICheckpointLog.NotLatest.selector, 0, 0, 0, 6);
        _proposalRefused(refusal, NEXT_ORIGIN, 0, sha256(""));
    }

    function test_proposeSuccessor_revertsWithWrongRoot() public {
        bytes memory refusal = abi.encodeWithSelector(ICheckpointLog.WrongRoot.selector, _root(0, 5), _root(0, 6));
        _proposalRefused(refusal, NEXT_ORIGIN, 6, _root(0, 5));
    }

    function test_openSuccessor_startsEmptyLogAndClosesTheOld() public {
        _propose();
        vm.warp(OPENS_AT);
        vm.expectEmit(address(log));
        emit ICheckpointLog.LogOpened(1, NEXT_ORIGIN, 6, _root(0, 6));
        _open();

        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        assertEq(c.log, 1);
        assertEq(c.size, 0);
        assertEq(c.root, sha256(""));
        assertEq(log.originOf(1), NEXT_ORIGIN);
        (uint64 size, bytes32 root) = log.predecessorOf(1);
        assertEq(size, 6);
        assertEq(root, _root(0, 6));
        assertEq(log.rootOf(0, 6), _root(0, 6));
        assertEq(log.pendingSuccessor().opensAt, 0);
    }

    function test_openSuccessor_leavesOnlyTheNewLogGrowing() public {
        _openNext();
        bytes32 root = _root(0, 8);
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.NotLatest.selector, 0, 6, 1, 0));
        vm.prank(submitter);
        log.submit(0, 6, 8, root, _none());
        _grow(1, 0, 3);
        assertEq(log.rootOf(1, 3), _root(1, 3));
    }

    function test_fuzz_openSuccessor_revertsWithTooEarly(uint32 waited) public {
        _propose();
        vm.warp(START + waited % DELAY);
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.TooEarly.selector, OPENS_AT));
        vm.prank(recovery);
        log.openSuccessor();
    }

    function test_openSuccessor_revertsWithNotLatestIfTheLogStillGrows() public {
        _propose();
        _grow(0, 6, 7);
        vm.warp(OPENS_AT);
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.NotLatest.selector, 0, 6, 0, 7));
        vm.prank(recovery);
        log.openSuccessor();
    }

    function test_openSuccessor_revertsWithNoSuccessor() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.NoSuccessor.selector));
        vm.prank(recovery);
        log.openSuccessor();
    }

    function test_openSuccessor_revertsWithNoSuccessorASecondTime() public {
        _openNext();
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.NoSuccessor.selector));
        vm.prank(recovery);
        log.openSuccessor();
    }

    function test_fuzz_openSuccessor_revertsWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != recovery);
        _propose();
        vm.warp(OPENS_AT);
        vm.expectRevert(_unauthorized(caller));
        vm.prank(caller);
        log.openSuccessor();
    }

    /// @dev Not even the administrator of the manager, having given itself every role, gets around the delay.
    function test_openSuccessor_revertsWithTooEarlyForAdministrator() public {
        manager.grantRole(RECOVERY, address(this), 0);
        log.proposeSuccessor(NEXT_ORIGIN, 6, _root(0, 6));
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.TooEarly.selector, OPENS_AT));
        log.openSuccessor();
    }

    function test_openSuccessor_refusesAnOriginTwice() public {
        _openNext();
        bytes memory refusal = abi.encodeWithSelector(ICheckpointLog.OriginInUse.selector, NEXT_ORIGIN);
        _proposalRefused(refusal, NEXT_ORIGIN, 0, sha256(""));
    }

    function test_cancelSuccessor_freesTheWay() public {
        _propose();
        vm.expectEmit(address(log));
        emit ICheckpointLog.SuccessorCancelled(0, NEXT_ORIGIN);
        vm.prank(guardian);
        log.cancelSuccessor();
        assertEq(log.pendingSuccessor().opensAt, 0);

        vm.warp(OPENS_AT);
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.NoSuccessor.selector));
        vm.prank(recovery);
        log.openSuccessor();
        _propose();
        assertEq(log.pendingSuccessor().opensAt, OPENS_AT + DELAY);
    }

    function test_cancelSuccessor_revertsWithNoSuccessor() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.NoSuccessor.selector));
        vm.prank(guardian);
        log.cancelSuccessor();
    }

    function test_fuzz_cancelSuccessor_revertsWithAccessManagedUnauthorized(address caller) public {
        vm.assume(caller != guardian);
        _propose();
        vm.expectRevert(_unauthorized(caller));
        vm.prank(caller);
        log.cancelSuccessor();
    }

    function test_predecessorOf_revertsWithUnknownLog() public {
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.UnknownLog.selector, 0));
        log.predecessorOf(0);
        vm.expectRevert(abi.encodeWithSelector(ICheckpointLog.UnknownLog.selector, 1));
        log.predecessorOf(1);
    }

    function _propose() private {
        bytes32 root = _root(0, 6);
        vm.prank(recovery);
        log.proposeSuccessor(NEXT_ORIGIN, 6, root);
    }

    function _open() private {
        vm.prank(recovery);
        log.openSuccessor();
    }

    function _openNext() private {
        _propose();
        vm.warp(OPENS_AT);
        _open();
    }

    function _proposalRefused(bytes memory refusal, string memory origin, uint64 size, bytes32 root) private {
        vm.expectRevert(refusal);
        vm.prank(recovery);
        log.proposeSuccessor(origin, size, root);
    }

    function _unauthorized(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller);
    }
}
