// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {CheckpointLog} from "../src/CheckpointLog.sol";
import {ICheckpointLog} from "../src/interfaces/ICheckpointLog.sol";
import {LogBase} from "./LogBase.sol";
import {Tree} from "./Tree.sol";

/// @dev Calls the log as honest and as hostile parties would, in any order, and keeps its own account of what it
/// answered.
contract LogHandler is LogBase {
    uint64 private constant MAX_LEAVES = 48;

    /// @dev Every checkpoint that the log has ever called its latest, in order.
    ICheckpointLog.Checkpoint[] private _seen;
    /// @dev Time of the proposal that waits, by this account.
    uint256 private _proposedAt;
    string[] private _breaches;

    constructor() {
        _deployLog();
        _seen.push(log.latestCheckpoint());
    }

    function grow(uint64 by) external {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        if (c.size >= MAX_LEAVES) return;
        _grow(c.log, c.size, c.size + 1 + by % MAX_GROWTH);
        _look();
    }

    function growTooFar(uint64 by) external {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        if (c.size >= MAX_LEAVES) return;
        uint64 size = c.size + MAX_GROWTH + 1 + by % MAX_LEAVES;
        _attack(submitter, c.log, c.size, size, size, "grew too far");
    }

    function shrink(uint64 to) external {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        uint64 size = to % (c.size + 1);
        _attack(submitter, c.log, c.size, size, c.size, "shrank");
    }

    function growAsStranger(address caller, uint64 by) external {
        if (caller == submitter) return;
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        uint64 size = c.size + 1 + by % MAX_GROWTH;
        _attack(caller, c.log, c.size, size, size, "stranger submitted");
    }

    /// @dev Rewrites one old leaf, or extends an older checkpoint as if the later ones had never been.
    function fork(uint64 leaf, uint64 by, bool fromOlder) external {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        if (c.size == 0) return;
        uint64 size = c.size + 1 + by % MAX_GROWTH;
        bytes32[] memory leaves = _leaves(c.log, size);
        leaves[leaf % c.size] = keccak256(abi.encode(leaf, by));
        uint64 from = fromOlder ? leaf % c.size : c.size;
        bytes32[] memory proof = Tree.consistency(leaves, from, size);
        bytes32 root = Tree.root(leaves, 0, size);
        vm.prank(submitter);
        try log.submit(c.log, from, size, root, proof) {
            _breaches.push("forked");
        } catch {}
        _look();
    }

    function propose() external {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        string memory origin = string.concat("log.example/", Strings.toString(c.log));
        vm.prank(recovery);
        try log.proposeSuccessor(origin, c.size, c.root) {
            _proposedAt = block.timestamp;
        } catch {}
        _look();
    }

    function cancel(bool byGuardian) external {
        vm.prank(byGuardian ? guardian : recovery);
        try log.cancelSuccessor() {
            if (!byGuardian) _breaches.push("cancelled by another than the guardian");
            _proposedAt = 0;
        } catch {}
        _look();
    }

    function open(bool byRecovery) external {
        vm.prank(byRecovery ? recovery : submitter);
        try log.openSuccessor() {
            if (!byRecovery) _breaches.push("opened by another than recovery");
            if (_proposedAt == 0 || block.timestamp < _proposedAt + DELAY) _breaches.push("opened too early");
            _proposedAt = 0;
        } catch {}
        _look();
    }

    function wait_(uint32 time) external {
        vm.warp(block.timestamp + time % (2 * DELAY));
    }

    function log_() external view returns (CheckpointLog) {
        return log;
    }

    function seen() external view returns (ICheckpointLog.Checkpoint[] memory) {
        return _seen;
    }

    function breaches() external view returns (string[] memory) {
        return _breaches;
    }

    /// @dev A submission that must be refused: to `size` with root and proof of the honest tree up to `upTo`.
    function _attack(address caller, uint32 number, uint64 from, uint64 size, uint64 upTo, string memory breach)
        private
    {
        bytes32[] memory leaves = _leaves(number, upTo);
        bytes32[] memory proof = size < from ? _none() : Tree.consistency(leaves, from, size);
        bytes32 root = Tree.root(leaves, 0, size);
        vm.prank(caller);
        try log.submit(number, from, size, root, proof) {
            _breaches.push(breach);
        } catch {}
        _look();
    }

    function _look() private {
        ICheckpointLog.Checkpoint memory c = log.latestCheckpoint();
        ICheckpointLog.Checkpoint memory last = _seen[_seen.length - 1];
        if (c.log != last.log || c.size != last.size || c.root != last.root) _seen.push(c);
    }
}

contract LogInvariantsTest {
    uint64 private constant MAX_GROWTH = 16;

    LogHandler private handler;
    CheckpointLog private log;

    function setUp() public {
        handler = new LogHandler();
        log = handler.log_();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_nothingIsAcceptedThatMustBeRefused() public view {
        string[] memory breaches = handler.breaches();
        if (breaches.length > 0) revert(breaches[0]);
    }

    function invariant_everyAcceptedRootStays() public view {
        ICheckpointLog.Checkpoint[] memory seen = handler.seen();
        for (uint256 i = 0; i < seen.length; ++i) {
            require(log.rootOf(seen[i].log, seen[i].size) == seen[i].root, "an accepted root changed");
        }
    }

    function invariant_sizeOfALogOnlyGrowsAndWithinItsBound() public view {
        ICheckpointLog.Checkpoint[] memory seen = handler.seen();
        for (uint256 i = 1; i < seen.length; ++i) {
            if (seen[i].log == seen[i - 1].log) {
                require(seen[i].size > seen[i - 1].size, "a log shrank");
                require(seen[i].size - seen[i - 1].size <= MAX_GROWTH, "a log grew too far");
            }
        }
    }

    function invariant_aSuccessorBeginsEmptyAndNamesItsPredecessor() public view {
        ICheckpointLog.Checkpoint[] memory seen = handler.seen();
        for (uint256 i = 1; i < seen.length; ++i) {
            if (seen[i].log == seen[i - 1].log) continue;
            require(seen[i].log == seen[i - 1].log + 1, "a log number was left out");
            require(seen[i].size == 0 && seen[i].root == sha256(""), "a successor does not begin empty");
            (uint64 size, bytes32 root) = log.predecessorOf(seen[i].log);
            require(size == seen[i - 1].size && root == seen[i - 1].root, "a predecessor is misnamed");
        }
    }
}
